package io.outboxrelay.publish;

import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.Refusal.Kind;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A broker that creates no topic by itself, and a publisher to it; every test has its own topic. */
abstract class BrokerScene {
    static final ShardId SHARD = new ShardId("orders", 0);
    static final Duration LIMIT = Duration.ofSeconds(90);
    static final AtomicInteger NUMBERS = new AtomicInteger();
    static SandboxKafka kafka;
    static ActorTestKit kit;
    static Admin admin;

    final AtomicInteger triedAgain = new AtomicInteger();
    private final Random random = new Random(7);
    String type;
    KafkaPublisher publisher;

    private record Mark(int chunk) implements Position {}

    @BeforeAll
    static void start(@TempDir Path folder) {
        kafka = SandboxKafka.start(
                folder,
                Map.of(
                        "auto.create.topics.enable", "false",
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "allow.everyone.if.no.acl.found", "true"));
        kit = ActorTestKit.create();
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        admin.close();
        kafka.close();
    }

    @BeforeEach
    void open() {
        type = "T" + NUMBERS.incrementAndGet();
        publisher = publisher(TestSettings.PUBLISHER);
    }

    @AfterEach
    void close() {
        Waits.get(publisher.close(), LIMIT);
    }

    static KafkaPublisher publisher(PublisherSettings settings) {
        OutboxSettings outbox = TestSettings.outbox(TestSettings.NO_DATABASE, kafka.bootstrapServers(), 1);
        return KafkaPublisher.open(kit.system(), TestSettings.publishing(settings, outbox));
    }

    Gate gate() {
        return new Gate(TestSettings.PUBLISHER, triedAgain::incrementAndGet);
    }

    String topic() {
        return "outbox.event." + type;
    }

    void createTopic(Map<String, String> configs) {
        createTopic(topic(), configs);
    }

    static void createTopic(String name, Map<String, String> configs) {
        Waits.get(
                admin.createTopics(List.of(new NewTopic(name, 1, (short) 1).configs(configs)))
                        .all()
                        .toCompletionStage(),
                LIMIT);
    }

    void limit(int bytes) {
        ConfigResource resource = new ConfigResource(ConfigResource.Type.TOPIC, topic());
        AlterConfigOp change = new AlterConfigOp(
                new ConfigEntry("max.message.bytes", Integer.toString(bytes)), AlterConfigOp.OpType.SET);
        Waits.get(
                admin.incrementalAlterConfigs(Map.of(resource, List.of(change)))
                        .all()
                        .toCompletionStage(),
                LIMIT);
        await().atMost(LIMIT).until(() -> limitOnBroker(resource) == bytes);
    }

    static int limitOnBroker(ConfigResource resource) {
        return Integer.parseInt(
                Waits.get(admin.describeConfigs(List.of(resource)).all().toCompletionStage(), LIMIT)
                        .get(resource)
                        .get("max.message.bytes")
                        .value());
    }

    OutboxRow row(String key, String id, int bytes) {
        return row(type, key, id, random(bytes));
    }

    static OutboxRow row(String type, String key, String id, byte[] payload) {
        return new OutboxRow(NUMBERS.incrementAndGet(), id, type, key, "T", payload, null, Instant.now());
    }

    byte[] random(int bytes) {
        byte[] payload = new byte[bytes];
        random.nextBytes(payload);
        return payload;
    }

    static Chunk chunk(OutboxRow... rows) {
        return new Chunk(SHARD, List.of(rows), new Mark(0));
    }

    /** As a shard does, starts over where the publisher has to adapt its batches first. */
    List<Delivery> deliver(Chunk... chunks) {
        while (true) {
            try {
                return Waits.get(send(gate(), chunks), LIMIT);
            } catch (RelayException e) {
                if (!String.valueOf(e.getMessage()).contains("so smaller ones are sent")) {
                    throw e;
                }
            }
        }
    }

    RelayException failure(Chunk... chunks) {
        return Waits.failure(send(gate(), chunks), LIMIT);
    }

    CompletionStage<List<Delivery>> send(Gate gate, Chunk... chunks) {
        return Source.from(Arrays.asList(chunks))
                .via(publisher.flow(gate))
                .runWith(Sink.seq(), Materializer.matFromSystem(kit.system()));
    }

    static List<Kind> kinds(List<Delivery> deliveries) {
        return deliveries.stream()
                .flatMap(delivery -> delivery.refusals().stream())
                .map(Refusal::kind)
                .toList();
    }

    List<String> log() {
        return log(topic()).stream().map(BrokerScene::id).toList();
    }

    static String id(ConsumerRecord<byte[], byte[]> message) {
        return header(message, "id");
    }

    static String header(ConsumerRecord<byte[], byte[]> message, String name) {
        return new String(message.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    /** Everything in a topic's only partition up to its present end. */
    static List<ConsumerRecord<byte[], byte[]>> log(String topic) {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        TopicPartition partition = new TopicPartition(topic, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            long deadline = System.nanoTime() + LIMIT.toNanos();
            while (consumer.position(partition) < end && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        return found;
    }
}
