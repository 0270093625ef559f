package io.outboxrelay.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.outboxrelay.settings.JsonSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * Reads payloads as JSON. Debezium gives each member a Connect type and leaves out the members it has none for: nulls
 * and empty arrays, unless told to keep them. Numbers keep every digit.
 */
final class JsonExpansion {
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS, DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();

    private final JsonSettings settings;

    JsonExpansion(JsonSettings settings) {
        this.settings = settings;
    }

    boolean isOn() {
        return settings.expand();
    }

    /** The bytes without what is left out; the same bytes where nothing is, or where they are not JSON. */
    byte[] trimmed(byte[] payload) {
        if (!settings.expand() || (settings.keepNulls() && settings.keepEmptyArrays())) {
            return payload;
        }
        JsonNode json = parsed(payload);
        return json != null && trim(json) ? bytes(json) : payload;
    }

    /** The payload as JSON without what is left out, or null where it is no JSON object or array. */
    @Nullable
    JsonNode expanded(byte[] payload) {
        JsonNode json = parsed(payload);
        if (json != null) {
            trim(json);
        }
        return json;
    }

    private static @Nullable JsonNode parsed(byte[] payload) {
        if (payload.length == 0 || (payload[0] != '{' && payload[0] != '[')) {
            return null;
        }
        try {
            return JSON.readTree(payload);
        } catch (IOException e) {
            return null;
        }
    }

    /** Says whether anything was left out. */
    private boolean trim(JsonNode json) {
        boolean changed = false;
        if (json instanceof ObjectNode) {
            Iterator<JsonNode> members = json.elements();
            while (members.hasNext()) {
                JsonNode member = members.next();
                if (isLeftOut(member)) {
                    members.remove();
                    changed = true;
                }
            }
        }
        for (JsonNode inner : json) {
            changed |= trim(inner);
        }
        return changed;
    }

    private boolean isLeftOut(JsonNode member) {
        return (member.isNull() && !settings.keepNulls())
                || (member.isArray() && member.isEmpty() && !settings.keepEmptyArrays());
    }

    static byte[] bytes(JsonNode json) {
        try {
            return JSON.writeValueAsBytes(json);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }
}
