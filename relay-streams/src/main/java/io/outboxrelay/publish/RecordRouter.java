package io.outboxrelay.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import java.util.regex.Pattern;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Turns a row into a record as Debezium's outbox event router does by default: topic {@code outbox.event.} plus the
 * aggregate type, key the aggregate id, one header {@code id}, value the payload as it is. Pure.
 */
final class RecordRouter {
    private static final String TOPIC_PREFIX = "outbox.event.";
    private static final String ID_HEADER = "id";

    /** What Kafka accepts as the name of a topic. */
    private static final Pattern TOPIC = Pattern.compile("[a-zA-Z0-9._-]{1,249}");

    /** The most that Kafka adds to a record, and to each of its headers. */
    private static final int OVERHEAD = 97;

    private static final int HEADER_OVERHEAD = 10;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final ObjectMapper json = new ObjectMapper();
    private final int maxBytes;

    /** One whose records are of `maxBytes` at most. */
    RecordRouter(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /**
     * Routes one row.
     *
     * @throws RelayException POISON, naming the row, if no Kafka would ever accept its record
     */
    ProducerRecord<byte[], byte[]> route(OutboxRow row) {
        if (row.defect() != null) {
            throw poison(row, row.defect());
        }
        String topic = TOPIC_PREFIX + row.aggregateType();
        if (!TOPIC.matcher(topic).matches()) {
            throw poison(row, "topic " + topic + ", legal: " + TOPIC);
        }
        if (row.createdAt().isBefore(Instant.EPOCH) || row.createdAt().isAfter(LATEST)) {
            throw poison(row, "created at " + row.createdAt() + ", legal: " + Instant.EPOCH + " to " + LATEST);
        }
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                topic, null, row.createdAt().toEpochMilli(), utf8(row.aggregateId()), row.payload());
        message.headers().add(ID_HEADER, utf8(row.id()));
        String headers = row.headers();
        if (headers != null) {
            addAll(message.headers(), headers, row);
        }
        long bytes = sizeOf(message);
        if (bytes > maxBytes) {
            throw poison(row, "record of " + bytes + " bytes, legal: 0 to " + maxBytes + " (max.request.size)");
        }
        return message;
    }

    private static RelayException poison(OutboxRow row, String defect) {
        return new RelayException(Fault.POISON, row + " cannot be published: " + defect);
    }

    private static long sizeOf(ProducerRecord<byte[], byte[]> message) {
        long bytes = OVERHEAD + length(message.key()) + length(message.value());
        for (Header header : message.headers()) {
            bytes += HEADER_OVERHEAD + length(utf8(header.key())) + length(header.value());
        }
        return bytes;
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private void addAll(Headers headers, String text, OutboxRow row) {
        try {
            for (Map.Entry<String, JsonNode> header : json.readTree(text).properties()) {
                JsonNode value = header.getValue();
                String shown = value.isTextual() ? value.textValue() : value.toString();
                headers.add(header.getKey(), value.isNull() ? null : utf8(shown));
            }
        } catch (JsonProcessingException e) {
            // without the cause: its message would quote header values
            throw poison(row, "column headers is not a JSON object that can be read");
        }
    }

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
