package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.KafkaFaultsForLanes;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.settings.KafkaSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;

/** Lanes on a real broker, each test with an outbox and topics of its own. */
final class LaneKit implements AutoCloseable {
    private static final int WITHIN_SECONDS = 60;

    final SandboxKafka kafka;
    final ActorTestKit actors = ActorTestKit.create();

    LaneKit(Map<String, String> brokerProperties) {
        kafka = SandboxKafka.start(java.nio.file.Path.of(System.getProperty("java.io.tmpdir")), brokerProperties);
    }

    @Override
    public void close() {
        actors.shutdownTestKit();
        kafka.close();
    }

    LaneSettings settings(String outbox) {
        return settings(outbox, Map.of());
    }

    LaneSettings settings(String outbox, Map<String, String> properties) {
        return LaneSettings.of(
                outbox,
                new KafkaSettings(kafka.bootstrapServers(), KafkaSettings.Compression.LZ4, properties),
                1000 << 10);
    }

    /** A lane whose end leaves Kafka alone with its open transaction. */
    static LaneSettings crashing(LaneSettings settings) {
        return with(settings, settings.maxRows(), Duration.ZERO, settings.fenceWithin());
    }

    static LaneSettings with(LaneSettings settings, int maxRows, Duration closeWithin, Duration fenceWithin) {
        return new LaneSettings(
                settings.outbox(),
                settings.kafka(),
                settings.positionTopic(),
                settings.positionPartitions(),
                maxRows,
                settings.maxBytes(),
                settings.maxPayload(),
                settings.restBetween(),
                closeWithin,
                fenceWithin);
    }

    TransactionLane open(LaneSettings settings) throws Exception {
        return open(settings, LaneHook.NONE);
    }

    TransactionLane open(LaneSettings settings, LaneHook hook) throws Exception {
        return get(TransactionLane.open(actors.system(), settings, KafkaFaultsForLanes.CLASSIFIER, hook));
    }

    Optional<Map<ShardId, Carried>> fence(LaneSettings settings, String laneId) throws Exception {
        return get(new LaneFence(actors.system(), settings, KafkaFaultsForLanes.CLASSIFIER).fence(laneId));
    }

    static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(WITHIN_SECONDS, TimeUnit.SECONDS);
    }

    /** What the stage fails with. */
    static RelayException failure(CompletionStage<?> stage) throws Exception {
        try {
            Object result = get(stage);
            throw new AssertionError("completed with " + result);
        } catch (ExecutionException e) {
            return RelayException.of(e);
        }
    }

    /** Records whose values are the numbers from `from` until `until`, all with one key. */
    static List<ProducerRecord<byte[], byte[]>> numbers(String topic, String key, int from, int until) {
        return IntStream.range(from, until)
                .mapToObj(n -> new ProducerRecord<>(topic, bytes(key), bytes(Integer.toString(n))))
                .toList();
    }

    static List<String> texts(int from, int until) {
        return IntStream.range(from, until).mapToObj(Integer::toString).toList();
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The values of a topic up to the ends that its partitions have now, as readers of committed records see them: all
     * that a lane has confirmed.
     */
    List<String> committed(String topic) throws Exception {
        return read(topic).stream()
                .map(r -> new String(r.value(), StandardCharsets.UTF_8))
                .toList();
    }

    List<ConsumerRecord<byte[], byte[]>> read(String topic) throws Exception {
        Transactions.awaitMarked(kafka.bootstrapServers());
        List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            long deadline =
                    System.nanoTime() + Duration.ofSeconds(WITHIN_SECONDS).toNanos();
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(all::add);
                if (System.nanoTime() > deadline) {
                    throw new AssertionError("read " + all.size() + " records, then nothing more");
                }
            }
        }
        return all;
    }

    void deleteTopic(String topic) throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            admin.deleteTopics(List.of(topic)).all().get(WITHIN_SECONDS, TimeUnit.SECONDS);
        }
    }
}
