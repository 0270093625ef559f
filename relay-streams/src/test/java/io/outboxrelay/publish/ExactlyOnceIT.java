package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.settings.PublisherSettings.OnPoison;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.postgres.RingStore;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Database, streams and Kafka together, with `delivery = exactly-once`: whatever becomes of the nodes, who reads
 * committed records only sees every event once and every key in order.
 */
class ExactlyOnceIT {
    private static final Duration LIMIT = Duration.ofMinutes(2);
    private static final int SHARDS = 4;
    private static final int KEYS = 20;
    private static SandboxPostgres postgres;
    private static SandboxKafka kafka;
    private static ActorTestKit kit;
    private static int databases;

    private final long seed = Long.getLong("exactly.once.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private final int[] versions = new int[KEYS];
    private OutboxSettings settings;
    private Connection app;
    private String type;

    @BeforeAll
    static void start() {
        postgres = DocumentedRoles.create(SandboxPostgres.start());
        kafka = SandboxKafka.start();
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        kafka.close();
        postgres.close();
    }

    @BeforeEach
    void open() throws Exception {
        String database = "eos" + databases++;
        postgres.createDatabase(database);
        OutboxSettings outbox = TestSettings.outbox(postgres.jdbcUrl(database), kafka.bootstrapServers(), SHARDS);
        settings = TestSettings.publishing(
                new PublisherSettings(
                        PublisherSettings.Delivery.EXACTLY_ONCE,
                        800,
                        OnPoison.PARK_AND_BLOCK_KEY,
                        "",
                        1_000,
                        Duration.ofMillis(200),
                        ""),
                outbox);
        DocumentedRoles.outbox(settings);
        app = DocumentedRoles.connect(settings, DocumentedRoles.APPLICATION);
        type = "order" + database;
    }

    @AfterEach
    void close() throws Exception {
        app.close();
    }

    /** A store and a publisher as one node has them, and the streams of the shards it holds. */
    private final class Node {
        private final RingStore store = RingStore.open(kit.system(), settings);
        private final LanePublisher publisher = LanePublisher.open(kit.system(), settings);
        private final Map<Integer, ShardStream> streams = new HashMap<>();
        private final Map<Integer, Claim> claims = new HashMap<>();

        private void hold(int shard) {
            Claim claim = claim(shard);
            claims.put(shard, claim);
            streams.put(
                    shard,
                    ShardStream.start(
                            store,
                            publisher,
                            Gate.to(settings.publisher()),
                            claim,
                            800,
                            RelayObserver.NONE,
                            Materializer.matFromSystem(kit.system())));
        }

        /** That its lane was shut out meanwhile a node only learns when it uses it; then it begins a new one. */
        private Claim claim(int shard) {
            for (int attempt = 0; ; attempt++) {
                try {
                    return Waits.get(store.claim(new ShardId("orders", shard), publisher::takeOver), LIMIT);
                } catch (RelayException e) {
                    if (attempt == 10) {
                        throw e;
                    }
                }
            }
        }

        private void holdAll() {
            assertThat(Waits.get(store.shards(SHARDS), LIMIT)).isEqualTo(SHARDS);
            IntStream.range(0, SHARDS).forEach(this::hold);
        }

        /** In order, as a shard actor does. */
        private void giveBack(int shard) {
            ShardStream stream = streams.remove(shard);
            Claim claim = claims.remove(shard);
            if (stream != null) {
                stream.drain();
                boolean drained = stream.completion()
                        .handle((done, failure) -> failure == null)
                        .toCompletableFuture()
                        .join();
                Waits.get(store.release(claim), LIMIT);
                if (drained) {
                    Waits.get(store.conclude(claim), LIMIT);
                }
            }
        }

        private void startOver() {
            List.copyOf(streams.entrySet()).stream()
                    .filter(held ->
                            held.getValue().completion().toCompletableFuture().isDone())
                    .forEach(held -> hold(held.getKey()));
        }

        /** The streams end wherever they are; what is in the lane goes on. */
        private void crash() {
            streams.values().forEach(stream -> stream.abort(new RelayException(Fault.TRANSIENT, "crash")));
            streams.clear();
        }

        private void close() {
            List.copyOf(streams.keySet()).forEach(this::giveBack);
            Waits.get(publisher.close(), LIMIT);
            store.close();
        }
    }

    /** Events of some keys, each with its next version, in one transaction; some are too large for the relay. */
    private void write(int events, int oversizedInThousand) throws SQLException {
        StringBuilder values = new StringBuilder();
        for (int n = 0; n < events; n++) {
            int key = random.nextInt(KEYS);
            String payload = random.nextInt(1_000) < oversizedInThousand
                    ? "convert_to('" + versions[key] + "', 'UTF8') || decode(repeat('20', 2000000), 'hex')"
                    : "convert_to('" + versions[key] + "', 'UTF8')";
            values.append(n == 0 ? "" : ", ").append("('" + type + "', 'k" + key + "', 'T', " + payload + ")");
            versions[key]++;
        }
        try (Statement insert = app.createStatement()) {
            insert.execute("insert into outbox (aggregatetype, aggregateid, type, payload) values " + values);
        }
    }

    private long written() {
        return IntStream.of(versions).sum();
    }

    /** What a careful consumer has seen: the versions of each key, in order. */
    private Map<String, List<Integer>> seen(int expected) {
        Map<String, List<Integer>> seen = new HashMap<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", kafka.bootstrapServers(),
                        "auto.offset.reset", "earliest",
                        "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            String topic = "outbox.event." + type;
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            int found = 0;
            int quiet = 0;
            while (found < expected || quiet < 5) {
                int before = found;
                for (ConsumerRecord<byte[], byte[]> message : consumer.poll(Duration.ofMillis(200))) {
                    String version = new String(message.value(), StandardCharsets.UTF_8).strip();
                    seen.computeIfAbsent(new String(message.key(), StandardCharsets.UTF_8), key -> new ArrayList<>())
                            .add(Integer.valueOf(version));
                    found++;
                }
                quiet = found == before ? quiet + 1 : 0;
            }
        }
        return seen;
    }

    private void assertEverythingOnceAndInOrder() {
        Map<String, List<Integer>> expected = new HashMap<>();
        for (int key = 0; key < KEYS; key++) {
            if (versions[key] > 0) {
                expected.put(
                        "k" + key, IntStream.range(0, versions[key]).boxed().toList());
            }
        }
        assertThat(seen((int) written())).as("seed %d", seed).isEqualTo(expected);
    }

    /** Whoever fails meanwhile starts over, as shard actors do. */
    private void awaitDrained(Node... nodes) {
        await().atMost(LIMIT)
                .until(() -> Arrays.stream(nodes)
                        .peek(Node::startOver)
                        .flatMap(node -> node.claims.values().stream().map(node.store::backlog))
                        .allMatch(backlog -> Waits.get(backlog, LIMIT).rows() == 0));
    }

    @Test
    void crashesZombiesAndPlannedMovesAreNotSeenByCarefulConsumers() throws Exception {
        List<Node> nodes = new ArrayList<>(List.of(new Node(), new Node()));
        nodes.get(0).holdAll();
        for (int round = 0; round < Integer.getInteger("exactly.once.rounds", 30); round++) {
            write(1 + random.nextInt(400), 0);
            Node holder = nodes.get(0);
            Node next = nodes.get(1);
            switch (random.nextInt(4)) {
                case 0 -> { // dies, and another one takes over
                    holder.crash();
                    next.holdAll();
                }
                case 1 -> next.holdAll(); // a zombie goes on
                case 2 -> { // one shard after the other, as planned
                    for (int shard = 0; shard < SHARDS; shard++) {
                        holder.giveBack(shard);
                        next.hold(shard);
                    }
                }
                default -> { // starts over on the same node
                    holder.crash();
                    holder.holdAll();
                    next = holder;
                }
            }
            write(1 + random.nextInt(200), 0);
            if (next != holder) {
                nodes.set(0, next);
                nodes.set(1, holder);
            }
        }
        Node last = nodes.get(0);
        last.crash();
        last.holdAll();
        awaitDrained(last);
        assertEverythingOnceAndInOrder();
        nodes.forEach(Node::close);
    }

    @Test
    void whatWasPutAsideAndReleasedIsSeenOnceAndInItsPlace() throws Exception {
        Node node = new Node();
        node.holdAll();
        for (int round = 0; round < 10; round++) {
            write(100, 20);
            if (round % 3 == 2) {
                node.crash();
                node.holdAll();
            }
        }
        awaitDrained(node);
        List<ParkedRow> parked = Waits.get(node.store.parkedRows("", 1_000), LIMIT);
        assertThat(parked).extracting(ParkedRow::state).contains("refused", "waits");
        List<String> refused = parked.stream()
                .filter(row -> row.state().equals("refused"))
                .map(ParkedRow::event)
                .toList();
        shrinkParked();
        Waits.get(node.store.decide(Decision.RELEASE, refused), LIMIT);
        for (int left = parked.size(); left > 0; left = parkedRows(node)) {
            node.crash();
            node.holdAll();
            write(20, 0);
            int before = left;
            await().atMost(LIMIT).pollInterval(Duration.ofMillis(1)).until(() -> {
                node.startOver();
                return parkedRows(node) < before;
            });
        }
        awaitDrained(node);
        assertEverythingOnceAndInOrder();
        node.close();
    }

    private static int parkedRows(Node node) {
        return Waits.get(node.store.parkedRows("", 1_000), LIMIT).size();
    }

    /** What an operator would do about rows that are too large. */
    private void shrinkParked() {
        DocumentedRoles.execute(
                settings.database().url(),
                DocumentedRoles.OWNER,
                "update outbox_parked set payload = convert_to(rtrim(convert_from(payload, 'UTF8')), 'UTF8')");
    }

    @Test
    void aLostPositionTopicRepeatsAndNeverSkips() throws Exception {
        Node node = new Node();
        node.holdAll();
        write(500, 0);
        awaitDrained(node);
        node.crash();
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            Waits.get(
                    admin.deleteTopics(List.of("outbox-relay.positions.orders"))
                            .all()
                            .toCompletionStage(),
                    LIMIT);
        }
        write(100, 0);
        Node next = new Node();
        await().atMost(LIMIT).ignoreExceptions().untilAsserted(next::holdAll);
        awaitDrained(next);
        Map<String, List<Integer>> seen = seen((int) written());
        for (int key = 0; key < KEYS; key++) {
            List<Integer> firsts =
                    seen.getOrDefault("k" + key, List.of()).stream().distinct().toList();
            assertThat(firsts)
                    .as("key %d", key)
                    .isEqualTo(IntStream.range(0, versions[key]).boxed().toList());
        }
        next.close();
        node.close();
    }
}
