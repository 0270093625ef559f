package io.outboxrelay.publish;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Reads topics once, up to what is their end when it begins, as a consumer of committed records. Joins no group and commits
 * nothing; blocking, for the command line.
 */
public final class TopicScan implements AutoCloseable {
    private static final Duration POLL = Duration.ofMillis(200);

    /** No answer for so long is a failure. */
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private static final String MOST_AT_ONCE = Integer.toString(8 << 20);

    private final String kafka;
    private final KafkaConsumer<byte[], byte[]> consumer;
    private final Admin admin;

    /**
     * A record of an event.
     *
     * @param id null where its header is missing
     * @param replayed whether it was sent again on purpose
     */
    public record Found(
            String topic, int partition, @Nullable String id, boolean replayed) {}

    /**
     * What of a topic is there.
     *
     * @param exists otherwise it counts as empty
     * @param compacted whether Kafka removes records that have a later one of their key
     * @param since from when on records are there, where older ones were removed; null where none were
     */
    public record Kept(
            boolean exists, boolean compacted, @Nullable Instant since) {}

    private TopicScan(KafkaSettings settings) {
        this.kafka = "Kafka at " + settings.bootstrapServers();
        this.admin = Admin.create(KafkaCheck.adminProperties(settings));
        Map<String, Object> properties = new HashMap<>(settings.properties());
        properties.keySet().retainAll(ConsumerConfig.configNames());
        properties.keySet().removeAll(List.of(ConsumerConfig.GROUP_ID_CONFIG, ConsumerConfig.GROUP_INSTANCE_ID_CONFIG));
        properties.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
        properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
        properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest"); // where retention overtakes it
        properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, MOST_AT_ONCE);
        this.consumer = new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
    }

    /**
     * Opens it; connects when it is first used.
     *
     * @throws RelayException if Kafka's clients refuse the settings
     */
    public static TopicScan open(KafkaSettings settings) {
        try {
            return new TopicScan(settings);
        } catch (KafkaException e) {
            throw KafkaFaults.classify("read from Kafka at " + settings.bootstrapServers(), e);
        }
    }

    /**
     * Reads.
     *
     * @param from leaves records out that Kafka has noted for earlier; null: from the beginning
     * @param each is told of every record, those of a partition in order
     * @param share is told how much is read, 0 to 1
     * @return what there is of each topic
     * @throws RelayException if Kafka does not answer, or does not allow it
     */
    public Map<String, Kept> read(
            Collection<String> topics, @Nullable Instant from, Consumer<Found> each, DoubleConsumer share) {
        try {
            Map<String, Kept> kept = new TreeMap<>();
            Map<TopicPartition, Long> begins = new HashMap<>();
            for (String topic : topics) {
                List<TopicPartition> partitions = partitions(topic);
                begins.putAll(consumer.beginningOffsets(partitions));
                kept.put(topic, new Kept(!partitions.isEmpty(), isCompacted(topic), since(partitions)));
            }
            read(starts(begins, from), each, share);
            return kept;
        } catch (KafkaException e) {
            throw KafkaFaults.classify("read from " + kafka, e);
        }
    }

    private List<TopicPartition> partitions(String topic) {
        List<PartitionInfo> known = consumer.partitionsFor(topic);
        return known == null
                ? List.of()
                : known.stream()
                        .map(one -> new TopicPartition(topic, one.partition()))
                        .toList();
    }

    /** False where that may not be asked. */
    private boolean isCompacted(String topic) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        try {
            ConfigEntry policy = Objects.requireNonNull(
                            admin.describeConfigs(List.of(resource)).values().get(resource))
                    .get()
                    .get(TopicConfig.CLEANUP_POLICY_CONFIG);
            return policy != null && policy.value().contains(TopicConfig.CLEANUP_POLICY_COMPACT);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof UnknownTopicOrPartitionException
                    || e.getCause() instanceof AuthorizationException) {
                return false;
            }
            throw KafkaFaults.classify(kafka + ", topic " + topic, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.classify(kafka + ", topic " + topic, e);
        }
    }

    /** Of the partition that has least left; a partition of which all was removed has nothing before now. */
    private @Nullable Instant since(List<TopicPartition> partitions) {
        Map<TopicPartition, Long> begins = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> first = new HashMap<>();
        begins.forEach((partition, begin) -> {
            if (begin > 0) {
                first.put(partition, 0L);
            }
        });
        Instant since = null;
        for (OffsetAndTimestamp record : consumer.offsetsForTimes(first).values()) {
            Instant here = record == null ? Instant.MAX : Instant.ofEpochMilli(record.timestamp());
            since = since == null || here.isAfter(since) ? here : since;
        }
        return since;
    }

    private Map<TopicPartition, Long> starts(Map<TopicPartition, Long> begins, @Nullable Instant from) {
        if (from == null) {
            return begins;
        }
        Map<TopicPartition, Long> times = new HashMap<>();
        begins.keySet().forEach(partition -> times.put(partition, Math.max(0, from.toEpochMilli())));
        Map<TopicPartition, Long> starts = consumer.endOffsets(begins.keySet());
        consumer.offsetsForTimes(times).forEach((partition, record) -> {
            if (record != null) {
                starts.put(partition, record.offset());
            }
        });
        return starts;
    }

    private void read(Map<TopicPartition, Long> starts, Consumer<Found> each, DoubleConsumer share) {
        Map<TopicPartition, Long> ends = ends(starts.keySet());
        consumer.assign(starts.keySet());
        starts.forEach(consumer::seek);
        long total = left(ends);
        long left = total;
        long movedNanos = System.nanoTime();
        while (left > 0) {
            for (ConsumerRecord<byte[], byte[]> one : consumer.poll(POLL)) {
                TopicPartition partition = new TopicPartition(one.topic(), one.partition());
                if (one.offset() < Objects.requireNonNull(ends.get(partition))) {
                    each.accept(found(one));
                }
            }
            long now = left(ends);
            movedNanos = now < left ? System.nanoTime() : movedNanos;
            left = now;
            share.accept((double) (total - left) / total);
            if (System.nanoTime() - movedNanos > PATIENCE.toNanos()) {
                throw new TimeoutException("no record for " + PATIENCE.toSeconds() + " s, and " + left
                        + " are left; a producer's open transaction on the topic holds up whatever comes after it");
            }
        }
    }

    /**
     * Behind open transactions too: where a consumer of committed records sees the end may be before records whose commit
     * was confirmed already, as Kafka marks a transaction in its partitions only afterwards.
     */
    private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions) {
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        partitions.forEach(partition -> latest.put(partition, OffsetSpec.latest()));
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(latest).all(), kafka).forEach((partition, end) -> ends.put(partition, end.offset()));
        return ends;
    }

    private static <T> T get(KafkaFuture<T> answer, String of) {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            throw KafkaFaults.classify(of, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw KafkaFaults.classify(of, e);
        }
    }

    private long left(Map<TopicPartition, Long> ends) {
        return ends.entrySet().stream()
                .mapToLong(end -> Math.max(0, end.getValue() - consumer.position(end.getKey())))
                .sum();
    }

    private static Found found(ConsumerRecord<byte[], byte[]> one) {
        Header id = one.headers().lastHeader("id");
        return new Found(
                one.topic(),
                one.partition(),
                id == null || id.value() == null ? null : new String(id.value(), StandardCharsets.UTF_8),
                one.headers().lastHeader(Replay.HEADER) != null);
    }

    @Override
    public void close() {
        consumer.close();
        admin.close(Duration.ZERO);
    }
}
