package io.outboxrelay.publish;

import io.cloudevents.CloudEvent;
import io.cloudevents.core.builder.CloudEventBuilder;
import io.cloudevents.jackson.JsonFormat;
import io.cloudevents.kafka.KafkaMessageFactory;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.CloudEventSettings;
import io.outboxrelay.settings.CloudEventSettings.Mode;
import java.io.IOException;
import java.net.URI;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** Records as CloudEvents 1.0, written by their SDK in the Kafka protocol binding. Safe to share between shards. */
final class CloudEventForm {
    private static final JsonFormat JSON = new JsonFormat();

    /** W3C trace context, of the same name in column `headers` and as attributes of an event. */
    private static final List<String> TRACE = List.of("traceparent", "tracestate");

    private final Mode mode;
    private final URI source;
    private final String dataContentType;
    private final boolean isJson;

    CloudEventForm(CloudEventSettings settings) {
        this.mode = settings.mode();
        this.source = URI.create(settings.source());
        this.dataContentType = settings.dataContentType();
        this.isJson = dataContentType.toLowerCase(Locale.ROOT).contains("json");
    }

    /**
     * The value and the headers of the row's record; nothing else of it means anything.
     *
     * @param data the payload, if there is one
     * @throws RelayException POISON if the row cannot be a CloudEvent
     */
    ProducerRecord<Void, byte[]> written(RowView row, byte @Nullable [] data) {
        CloudEvent event = event(row, data);
        return mode == Mode.BINARY
                ? KafkaMessageFactory.createWriter("any").writeBinary(event)
                : KafkaMessageFactory.createWriter("any").writeStructured(event, JSON);
    }

    private CloudEvent event(RowView view, byte @Nullable [] data) {
        OutboxRow row = view.row();
        if (row.id().isEmpty() || row.type().isEmpty()) {
            throw Unpublishable.because(row, "a CloudEvent has an id and a type, and one of them is empty");
        }
        CloudEventBuilder event = CloudEventBuilder.v1()
                .withId(row.id())
                .withSource(source)
                .withType(row.type())
                .withTime(row.createdAt().atOffset(ZoneOffset.UTC));
        String key = row.aggregateId();
        if (key != null && !key.isEmpty()) {
            event.withSubject(key).withExtension("partitionkey", key);
        }
        if (row.headers() != null) {
            for (String name : TRACE) {
                String value = RowView.text(view.headers().path(name));
                if (value != null) {
                    event.withExtension(name, value);
                }
            }
        }
        return data == null
                ? event.build()
                : event.withData(dataContentType, legal(row, data)).build();
    }

    /** The SDK puts JSON into JSON as it is. */
    private byte[] legal(OutboxRow row, byte[] data) {
        if (mode == Mode.STRUCTURED && isJson && !isJson(data)) {
            throw Unpublishable.because(
                    row, "payload is not JSON, and routing.cloudevents.data-content-type is " + dataContentType);
        }
        return data;
    }

    private static boolean isJson(byte[] data) {
        try {
            return !JsonExpansion.JSON.readTree(data).isMissingNode();
        } catch (IOException e) {
            return false;
        }
    }
}
