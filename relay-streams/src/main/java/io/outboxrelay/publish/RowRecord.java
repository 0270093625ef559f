package io.outboxrelay.publish;

import io.outboxrelay.model.OutboxRow;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** A record that knows which row it was made of. */
final class RowRecord extends ProducerRecord<byte[], byte[]> {
    private final OutboxRow row;

    RowRecord(
            OutboxRow row,
            String topic,
            @Nullable Integer partition,
            @Nullable Long timestamp,
            byte @Nullable [] key,
            byte @Nullable [] value) {
        super(topic, partition, timestamp, key, value);
        this.row = row;
    }

    OutboxRow row() {
        return row;
    }
}
