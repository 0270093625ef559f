package io.outboxrelay.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;

/** Reads a topic from its beginning, as any consumer would, and hands every record to the checker. */
final class TopicReader implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(100);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    private final KafkaConsumer<String, byte[]> consumer;
    private final Checker checker;
    private final LongConsumer latencies;
    private final Clock clock;
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final Thread thread = new Thread(this::readAll, "topic-reader");
    private Predicate<ConsumerRecord<String, byte[]>> wanted = record -> true;
    private volatile boolean stopping;

    /** @param latencies is told of each first arrival, in microseconds since just before its commit */
    TopicReader(String bootstrapServers, String topic, Checker checker, LongConsumer latencies, Clock clock) {
        this.consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", bootstrapServers,
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest",
                        "enable.auto.commit", "false"),
                new StringDeserializer(),
                new ByteArrayDeserializer());
        this.checker = checker;
        this.latencies = latencies;
        this.clock = clock;
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(info -> new TopicPartition(info.topic(), info.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
    }

    /** Before it starts: leaves out what a consumer would. */
    TopicReader only(Predicate<ConsumerRecord<String, byte[]>> records) {
        this.wanted = records;
        return this;
    }

    TopicReader start() {
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    /** Instead of {@link #start}: on the calling thread, up to what is the end of the topic now. */
    void readToEnd() {
        try (consumer) {
            Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(POLL).forEach(this::acceptWanted);
            }
        }
    }

    @Nullable
    Exception failure() {
        return failure.get();
    }

    @Override
    public void close() {
        stopping = true;
        try {
            thread.join(STOP_LIMIT.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void readAll() {
        try (consumer) {
            while (!stopping) {
                for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    acceptWanted(record);
                }
            }
        } catch (RuntimeException e) {
            failure.set(e);
        }
    }

    private void acceptWanted(ConsumerRecord<String, byte[]> record) {
        if (wanted.test(record)) {
            accept(record);
        }
    }

    private void accept(ConsumerRecord<String, byte[]> record) {
        long nowMicros = ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        OrderChanged event = parse(record.value());
        Header id = record.headers().lastHeader("id");
        boolean first = checker.arrived(
                id == null || id.value() == null ? null : new String(id.value(), StandardCharsets.UTF_8),
                record.key(),
                event);
        if (first && event != null && event.writtenMicros() > 0) {
            latencies.accept(nowMicros - event.writtenMicros());
        }
    }

    private static @Nullable OrderChanged parse(byte @Nullable [] payload) {
        try {
            return payload == null ? null : OrderChanged.parse(payload);
        } catch (IOException notOurs) {
            return null;
        }
    }
}
