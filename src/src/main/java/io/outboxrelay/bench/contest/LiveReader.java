package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.DueLatencies;
import io.outboxrelay.bench.EventShape;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** The consumer of a live workload, on a thread of its own: when each event was there, and whether all is right with it. */
final class LiveReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final EventCheck check;
    private final DueLatencies latencies = new DueLatencies();
    private final CompletableFuture<Void> reading;
    private volatile int distinct;
    private volatile boolean finishing;

    LiveReader(String brokers, EventShape shape) {
        this.check = new EventCheck(shape);
        this.consumer = WholeTopic.consumer(brokers);
        this.reading = CompletableFuture.runAsync(this::read, task -> new Thread(task, "reader").start());
    }

    private void read() {
        try (consumer) {
            while (!finishing) {
                readSome();
            }
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            while (!WholeTopic.isAt(ends, consumer)) {
                readSome();
            }
        }
    }

    private void readSome() {
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(POLL)) {
            long now = System.nanoTime();
            if (check.add(one.key(), one.value())) {
                latencies.add(EventShape.due(one.value()), now);
            }
        }
        distinct = check.distinct();
    }

    DueLatencies latencies() {
        return latencies;
    }

    /** Returns once so many different events were read; false where none came for so long. */
    boolean await(long events, Duration patience, BooleanSupplier alive) {
        long changed = System.nanoTime();
        int before = -1;
        while (distinct < events && !reading.isDone() && alive.getAsBoolean()) {
            if (distinct != before) {
                before = distinct;
                changed = System.nanoTime();
            } else if (System.nanoTime() - changed > patience.toNanos()) {
                return false;
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
        return distinct >= events;
    }

    /** Reads what is left, and tells about all of it. Call it once the competitor has ended. */
    EventCheck finish() {
        finishing = true;
        reading.join();
        return check;
    }

    @Override
    public void close() {
        finishing = true;
    }
}
