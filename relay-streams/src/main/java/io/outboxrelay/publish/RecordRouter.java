package io.outboxrelay.publish;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.CloudEventSettings;
import io.outboxrelay.settings.RoutingSettings;
import java.time.Instant;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Turns a row into the record its outbox's routing asks for; by default the one that Debezium's outbox event router
 * writes by default. See docs/decisions/0008-routing.md. Pure, and safe to share between shards.
 */
final class RecordRouter {
    /** The most that Kafka adds to each header of a record. */
    private static final int HEADER_OVERHEAD = 10;

    /** The most that Kafka adds to a record, and the relay when it sends it. */
    private static final int OVERHEAD = 97 + HEADER_OVERHEAD + DeliveryNumbers.MAX_BYTES;

    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final TopicRoute topics;
    private final RecordPlaces places;
    private final PayloadForm payloads;
    private final RoutingSettings.Key key;
    private final RoutingSettings.RecordTime time;
    private final @Nullable CloudEventForm cloudEvents;
    private final int maxBytes;

    /** One whose records are of `maxBytes` at most. */
    RecordRouter(RoutingSettings settings, int maxBytes) {
        this.topics = new TopicRoute(settings);
        this.places = new RecordPlaces(settings);
        this.payloads = new PayloadForm(settings);
        this.key = settings.key();
        this.time = settings.timestamp();
        this.cloudEvents = settings.cloudEvents().mode() == CloudEventSettings.Mode.NONE
                ? null
                : new CloudEventForm(settings.cloudEvents());
        this.maxBytes = maxBytes;
    }

    /**
     * Routes one row.
     *
     * @throws RelayException POISON, naming the row, if no Kafka would ever accept its record
     */
    RowRecord route(OutboxRow row) {
        if (row.defect() != null) {
            throw Unpublishable.because(row, row.defect());
        }
        RowView view = new RowView(row);
        byte[] payload = payloads.of(view);
        ProducerRecord<Void, byte[]> event =
                cloudEvents == null || payloads.isTombstone(view) ? null : cloudEvents.written(view, payload);
        RowRecord message = new RowRecord(
                row,
                topics.of(view),
                places.partition(view),
                timestamp(row),
                keyOf(row),
                event == null ? payload : event.value());
        places.addHeaders(view, message.headers());
        if (event != null) {
            event.headers().forEach(message.headers()::add);
        }
        long bytes = sizeOf(message);
        if (bytes > maxBytes) {
            throw Unpublishable.because(
                    row, "record of " + bytes + " bytes, legal: 0 to " + maxBytes + " (max.request.size)");
        }
        return message;
    }

    private byte @Nullable [] keyOf(OutboxRow row) {
        return switch (key) {
            case AGGREGATEID -> RecordPlaces.utf8(row.aggregateId());
            case ID -> RecordPlaces.utf8(row.id());
        };
    }

    private @Nullable Long timestamp(OutboxRow row) {
        if (time == RoutingSettings.RecordTime.SENT) {
            return null;
        }
        Instant created = row.createdAt();
        if (created.isBefore(Instant.EPOCH) || created.isAfter(LATEST)) {
            throw Unpublishable.because(row, "created at " + created + ", legal: " + Instant.EPOCH + " to " + LATEST);
        }
        return created.toEpochMilli();
    }

    /** Bytes it takes up in a batch of its own, uncompressed, at most. */
    static long sizeOf(ProducerRecord<byte[], byte[]> message) {
        long bytes = OVERHEAD + length(message.key()) + length(message.value());
        for (Header header : message.headers()) {
            bytes += HEADER_OVERHEAD + Utils.utf8Length(header.key()) + length(header.value());
        }
        return bytes;
    }

    private static long length(byte @Nullable [] bytes) {
        return bytes == null ? 0 : bytes.length;
    }
}
