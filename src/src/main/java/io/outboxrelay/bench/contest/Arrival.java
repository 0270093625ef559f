package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.EventShape;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;

/** Looks whether all events are in the topic, cheaply while they come, and reads and checks them all in the end. */
final class Arrival implements AutoCloseable {
    private static final Duration LOOK = Duration.ofMillis(200);

    private final KafkaConsumer<byte[], byte[]> consumer;
    private final EventCheck check;
    private final int events;
    private long firstMillis = Long.MAX_VALUE;
    private long lastMillis;

    Arrival(String brokers, int events, EventShape shape) {
        this.events = events;
        this.check = new EventCheck(shape);
        this.consumer = WholeTopic.consumer(brokers);
    }

    /**
     * Returns once every event was read, after so long without a further record, or once the competitor has ended; reads
     * only once there are as many offsets as events, so that the competitor has the machine to itself.
     */
    void await(Duration patience, BooleanSupplier alive) {
        long changed = System.nanoTime();
        long before = -1;
        long there = offsets();
        while (there < events && alive.getAsBoolean() && System.nanoTime() - changed < patience.toNanos()) {
            LockSupport.parkNanos(LOOK.toNanos());
            there = offsets();
            if (there != before) {
                before = there;
                changed = System.nanoTime();
            }
        }
        changed = System.nanoTime();
        while (check.distinct() < events && alive.getAsBoolean() && System.nanoTime() - changed < patience.toNanos()) {
            if (read() > 0) {
                changed = System.nanoTime();
            }
        }
    }

    /** Reads what came after the last event: duplicates. Call it once the competitor has ended. */
    void readRest() {
        Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
        while (!WholeTopic.isAt(ends, consumer)) {
            read();
        }
    }

    private int read() {
        int count = 0;
        for (ConsumerRecord<byte[], byte[]> one : consumer.poll(LOOK)) {
            check.add(one.key(), one.value());
            firstMillis = Math.min(firstMillis, one.timestamp());
            lastMillis = Math.max(lastMillis, one.timestamp());
            count++;
        }
        return count;
    }

    private long offsets() {
        return consumer.endOffsets(consumer.assignment()).values().stream()
                .mapToLong(Long::longValue)
                .sum();
    }

    EventCheck check() {
        return check;
    }

    /** Between the first and the last record, by the broker's clock. */
    double seconds() {
        return Math.max(1, lastMillis - firstMillis) / 1e3;
    }

    /** When the broker took the first record, milliseconds since 1970. */
    long firstMillis() {
        return firstMillis;
    }

    @Override
    public void close() {
        consumer.close();
    }
}
