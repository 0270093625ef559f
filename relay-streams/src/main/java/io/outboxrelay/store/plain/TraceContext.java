package io.outboxrelay.store.plain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.StringReader;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Trace context as Debezium's Quarkus extension writes it beside an event: {@link Properties} as text, one for each
 * header that the propagator asked for. It joins the row's further headers, as if it had been written there.
 */
final class TraceContext {
    private static final ObjectMapper JSON = new ObjectMapper();

    private TraceContext() {}

    /** The headers with the trace context in them; a header of its own that a row has wins. */
    static @Nullable String joined(@Nullable String headers, @Nullable String context) {
        if (context == null || context.isBlank()) {
            return headers;
        }
        JsonNode own = read(headers);
        if (!(own instanceof ObjectNode all)) {
            return headers; // whoever makes the record says what is wrong with it
        }
        properties(context).forEach((name, value) -> {
            if (!all.has(name)) {
                all.put(name, value);
            }
        });
        return all.toString();
    }

    private static @Nullable JsonNode read(@Nullable String headers) {
        try {
            return headers == null ? JSON.createObjectNode() : JSON.readTree(headers);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Without any that cannot be read: an event is never held back for its trace. */
    private static Map<String, String> properties(String text) {
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(text));
        } catch (IOException | IllegalArgumentException e) {
            return Map.of();
        }
        Map<String, String> sorted = new TreeMap<>();
        properties.forEach((name, value) -> sorted.put(String.valueOf(name), String.valueOf(value)));
        return sorted;
    }
}
