package io.outboxrelay.publish.lane;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.outboxrelay.model.ShardId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;

/**
 * The value of a position record: `{"v":1,"shards":[{"outbox":"orders","shard":3,"epoch":7,"position":"..."}]}`. It holds
 * every shard whose position the lane committed and the database is not known to have.
 */
final class PositionRecord {
    private static final int VERSION = 1;
    private static final JsonMapper JSON = new JsonMapper();

    private PositionRecord() {}

    static byte[] encode(Map<ShardId, Carried> shards) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            json.writeStartObject();
            json.writeNumberField("v", VERSION);
            json.writeArrayFieldStart("shards");
            for (Map.Entry<ShardId, Carried> entry : shards.entrySet()) {
                json.writeStartObject();
                json.writeStringField("outbox", entry.getKey().outbox());
                json.writeNumberField("shard", entry.getKey().number());
                json.writeNumberField("epoch", entry.getValue().epoch());
                json.writeStringField("position", entry.getValue().position());
                json.writeEndObject();
            }
            json.writeEndArray();
            json.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /**
     * Reads a value.
     *
     * @throws IllegalArgumentException saying what is wrong with it, if it is none of ours
     */
    static Map<ShardId, Carried> decode(byte[] value) {
        JsonNode json;
        try {
            json = JSON.readTree(value);
        } catch (IOException e) {
            throw new IllegalArgumentException("it is no JSON", e);
        }
        JsonNode version = json.path("v");
        if (!version.isInt() || version.intValue() != VERSION) {
            throw new IllegalArgumentException("its version is " + version + ", legal: " + VERSION);
        }
        if (!json.path("shards").isArray()) {
            throw new IllegalArgumentException("it has no shards");
        }
        Map<ShardId, Carried> shards = new HashMap<>();
        for (JsonNode shard : json.path("shards")) {
            shards.put(id(shard), carried(shard));
        }
        return shards;
    }

    private static ShardId id(JsonNode shard) {
        JsonNode outbox = shard.path("outbox");
        JsonNode number = shard.path("shard");
        if (!outbox.isTextual() || !number.isInt()) {
            throw new IllegalArgumentException("a shard in it has no name");
        }
        return new ShardId(outbox.textValue(), number.intValue());
    }

    private static Carried carried(JsonNode shard) {
        JsonNode epoch = shard.path("epoch");
        JsonNode position = shard.path("position");
        if (!epoch.isIntegralNumber() || !epoch.canConvertToLong() || !position.isTextual()) {
            throw new IllegalArgumentException("a shard in it has no epoch or no position");
        }
        return new Carried(epoch.longValue(), position.textValue());
    }
}
