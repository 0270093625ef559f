package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.client.OutboxWriter;
import io.outboxrelay.sandbox.RolesDocument;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The shop and its checker with a stand-in for the relay, which can be made to do everything a relay must not. */
class ShopIT {
    private static final int EVENTS = 600;
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @TempDir
    static Path folder;

    private static Servers servers;
    private static final EventIds IDS = EventIds.random();
    private static final Checker WRITERS_VIEW = new Checker(IDS);
    private static OrderService.Counts counts;
    private static BitSet committed;
    private static List<ProducerRecord<String, byte[]>> rows;

    private final Checker checker = new Checker(IDS);
    private final Latencies latencies = new Latencies();
    private String topic;

    @BeforeAll
    static void runTheShop() throws Exception {
        servers = Servers.start(folder);
        servers.prepare();
        OrderService service = new OrderService(
                new OrderTransaction(IDS, new AtomicInteger()::getAndIncrement, new OutboxWriter(), Clock.systemUTC()),
                servers::connect,
                WRITERS_VIEW,
                new Pacer(0, System::nanoTime),
                EVENTS);
        service.start();
        await().atMost(LIMIT).until(service::finished);
        assertThat(service.failure()).isNull();
        counts = service.counts();
        try (Connection connection = servers.connect()) {
            committed = new Ledger(IDS).committed(connection);
        }
        String relay = RolesDocument.RELAY;
        try (Connection connection = DriverManager.getConnection(servers.databaseUrl(), relay, relay)) {
            rows = rowsInOrder(connection);
        }
    }

    @AfterAll
    static void stop() {
        servers.close();
    }

    @BeforeEach
    void nameATopicOfItsOwn() {
        topic = "shop-" + UUID.randomUUID();
        servers.kafka().createTopic(topic, 4);
    }

    @Test
    void theShopCommitsExactlyWhatItWasToldAndRollsSomeBack() {
        assertThat(counts.committed()).isEqualTo(EVENTS);
        assertThat(committed.cardinality()).isEqualTo(EVENTS);
        assertThat(rows).hasSize(EVENTS);
        assertThat(counts.rolledBack()).isPositive();
    }

    @Test
    void aRelayThatDoesItsWorkIsFoundClean() throws Exception {
        publishAndRead(rows);

        assertThat(checker.findings()).isEqualTo(new Checker.Findings(EVENTS, EVENTS, 0, 0, 0, 0, 0));
        assertThat(Checker.missing(committed, checker.seen())).isZero();
        assertThat(Checker.phantoms(committed, checker.seen())).isZero();
        assertThat(latencies.total().count()).isPositive();
    }

    @Test
    void aLostAReorderedARepeatedAndAnInventedEventAreAllFound() throws Exception {
        List<ProducerRecord<String, byte[]>> bad = new ArrayList<>(rows);
        swapTheFirstTwoOfOneOrder(bad);
        bad.remove(bad.size() - 1);
        bad.add(bad.get(17));
        OrderChanged invented = new OrderChanged("order-1", 1_000_000, 1_000_000, 1);
        bad.add(record(
                IDS.of(1_000_000).toString(), "order-1", invented.toJson().getBytes(StandardCharsets.UTF_8)));
        publishAndRead(bad);

        assertThat(checker.findings().outOfOrder()).isEqualTo(1);
        assertThat(checker.findings().duplicates()).isEqualTo(1);
        assertThat(Checker.missing(committed, checker.seen())).isEqualTo(1);
        assertThat(Checker.phantoms(committed, checker.seen())).isEqualTo(1);
    }

    private void publishAndRead(List<ProducerRecord<String, byte[]>> records) throws Exception {
        try (Producer<String, byte[]> producer = new KafkaProducer<>(
                // One at a time: a broker that has just become the leader of a new partition may refuse the first
                // batch and take the second, and then refuses the first for ever.
                Map.of(
                        "bootstrap.servers",
                        servers.kafka().bootstrapServers(),
                        "max.in.flight.requests.per.connection",
                        "1"),
                new StringSerializer(),
                new ByteArraySerializer())) {
            for (ProducerRecord<String, byte[]> record : records) {
                producer.send(new ProducerRecord<>(topic, null, record.key(), record.value(), record.headers()));
            }
            producer.flush();
        }
        try (TopicReader reader = new TopicReader(
                        servers.kafka().bootstrapServers(), topic, checker, latencies::add, Clock.systemUTC())
                .start()) {
            await().atMost(LIMIT).until(() -> checker.findings().records() == records.size());
            assertThat(reader.failure()).isNull();
        }
    }

    private static void swapTheFirstTwoOfOneOrder(List<ProducerRecord<String, byte[]>> records) {
        Map<String, Integer> firstOf = new HashMap<>();
        for (int second = 0; second < records.size(); second++) {
            Integer first = firstOf.putIfAbsent(records.get(second).key(), second);
            if (first != null) {
                Collections.swap(records, first, second);
                return;
            }
        }
        throw new AssertionError("no order has two events");
    }

    private static List<ProducerRecord<String, byte[]>> rowsInOrder(Connection connection) throws Exception {
        List<ProducerRecord<String, byte[]>> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result =
                        statement.executeQuery("select id::text, aggregateid, payload from outbox order by seq")) {
            while (result.next()) {
                rows.add(record(result.getString(1), result.getString(2), result.getBytes(3)));
            }
        }
        return rows;
    }

    private static ProducerRecord<String, byte[]> record(String id, String key, byte[] payload) throws Exception {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>("any", key, payload);
        record.headers().add("id", id.getBytes(StandardCharsets.UTF_8));
        return record;
    }
}
