package io.outboxrelay.publish;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.jspecify.annotations.Nullable;

/**
 * Records that are acknowledged as one: Pekko Connectors' stage spends a promise and a message to the stream's actor on
 * each that it is given, a fifth of a backlog's CPU time. Only {@link StoppingProducer} knows how to send it. See
 * docs/decisions/0019-few-hands.md.
 */
final class Parcel extends ProducerRecord<byte[], byte[]> {
    private final List<ProducerRecord<byte[], byte[]>> records;

    /** @param records one at least */
    Parcel(List<ProducerRecord<byte[], byte[]>> records) {
        super(records.get(0).topic(), null);
        this.records = records;
    }

    List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    /** To be called back for each record; calls `whole` back when all are acknowledged, or at the first failure. */
    Callback each(Callback whole) {
        return new Each(records.size(), whole);
    }

    private static final class Each implements Callback {
        private final AtomicInteger left;
        private final AtomicBoolean failed = new AtomicBoolean();
        private final Callback whole;

        Each(int count, Callback whole) {
            this.left = new AtomicInteger(count);
            this.whole = whole;
        }

        @Override
        public void onCompletion(RecordMetadata metadata, @Nullable Exception failure) {
            if (failure != null) {
                if (failed.compareAndSet(false, true)) {
                    whole.onCompletion(metadata, failure);
                }
            } else if (left.decrementAndGet() == 0) {
                whole.onCompletion(metadata, null);
            }
        }
    }
}
