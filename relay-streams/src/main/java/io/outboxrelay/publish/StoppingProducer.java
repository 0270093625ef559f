package io.outboxrelay.publish;

import io.outboxrelay.publish.lane.CountedProducer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.Callback;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * A producer that sends nothing more once a record has failed: Kafka's own would go on with the records behind it, and
 * the failed one, sent again, would come after them.
 *
 * <p>With one request in flight no batch for a partition is under way behind the one that fails, and the failure is
 * reported on the producer's own thread before it sends another; there it is stopped for good.
 */
final class StoppingProducer extends CountedProducer {

    /** The first record that failed, and why. */
    record Stop(ProducerRecord<byte[], byte[]> record, Exception cause) {}

    private final Executor blocking;
    private final AtomicReference<@Nullable Stop> stop = new AtomicReference<>();

    /** @param blocking where closing may wait */
    StoppingProducer(Map<String, Object> properties, Executor blocking) {
        super(properties);
        this.blocking = blocking;
    }

    @Override
    public Future<RecordMetadata> send(ProducerRecord<byte[], byte[]> record, Callback callback) {
        if (record instanceof Parcel parcel) {
            return sendAll(parcel, callback);
        }
        if (stop.get() != null) {
            KafkaException stopped = stopped();
            callback.onCompletion(null, stopped);
            return CompletableFuture.failedFuture(stopped);
        }
        Thread sender = Thread.currentThread();
        return super.send(record, (metadata, failure) -> {
            if (failure != null && stop.compareAndSet(null, new Stop(record, failure))) {
                end(Thread.currentThread() == sender);
            }
            callback.onCompletion(metadata, failure);
        });
    }

    private Future<RecordMetadata> sendAll(Parcel parcel, Callback callback) {
        Callback each = parcel.each(callback);
        Future<RecordMetadata> last = CompletableFuture.failedFuture(new KafkaException("nothing was sent"));
        for (ProducerRecord<byte[], byte[]> record : parcel.records()) {
            last = send(record, each);
        }
        return last;
    }

    /** On the producer's own thread this only marks it as closed; on any other it waits for that thread's end. */
    private void end(boolean mayBlock) {
        if (mayBlock) {
            blocking.execute(() -> close(Duration.ZERO));
        } else {
            close(Duration.ZERO);
        }
    }

    /** Ends it from outside; what was not acknowledged fails. */
    void stopBecause(ProducerRecord<byte[], byte[]> record, Exception cause) {
        if (stop.compareAndSet(null, new Stop(record, cause))) {
            end(true);
        }
    }

    /** Null while everything is well. */
    @Nullable
    Stop stop() {
        return stop.get();
    }

    private KafkaException stopped() {
        return new KafkaException(
                "the producer was stopped by an earlier failure",
                stop.get() == null ? null : stop.get().cause());
    }
}
