package io.outboxrelay.publish;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/**
 * Turns a row into a record as Debezium's outbox event router does by default: topic {@code outbox.event.} plus the
 * aggregate type, key the aggregate id, one header {@code id}, value the payload as it is. Pure.
 */
final class RecordRouter {
    private static final String TOPIC_PREFIX = "outbox.event.";
    private static final String ID_HEADER = "id";

    private final ObjectMapper json = new ObjectMapper();

    ProducerRecord<byte[], byte[]> route(OutboxRow row) {
        if (row.defect() != null) {
            throw new RelayException(Fault.POISON, row + " cannot be published: " + row.defect());
        }
        ProducerRecord<byte[], byte[]> message = new ProducerRecord<>(
                TOPIC_PREFIX + row.aggregateType(),
                null,
                row.createdAt().toEpochMilli(),
                utf8(row.aggregateId()),
                row.payload());
        message.headers().add(ID_HEADER, utf8(row.id()));
        String headers = row.headers();
        if (headers != null) {
            addAll(message.headers(), headers, row);
        }
        return message;
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
            throw new RelayException(Fault.POISON, "column headers of " + row + " is not a JSON object");
        }
    }

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
