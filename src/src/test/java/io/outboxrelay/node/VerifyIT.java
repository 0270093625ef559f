package io.outboxrelay.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.cli.CliAnswer;
import io.outboxrelay.publish.TopicScan;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.RingSent;
import io.outboxrelay.verify.Findings;
import io.outboxrelay.verify.Report;
import io.outboxrelay.verify.Verification;
import io.outboxrelay.verify.Wrong;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;

/** What a node has sent is found complete; what is planted is found wrong. */
class VerifyIT extends ShopScene {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    private static Report verify(OutboxSettings outbox, Verification.Plan plan) {
        return verify(outbox, plan, (step, share) -> {});
    }

    private static Report verify(OutboxSettings outbox, Verification.Plan plan, Verification.Progress progress) {
        try (TopicScan scan = TopicScan.open(outbox.kafka());
                RingSent sent = RingSent.open(outbox)) {
            return new Verification(outbox, sent, scan, progress).run(plan);
        }
    }

    private static Verification.Plan all(int mostEvents) {
        return new Verification.Plan(null, null, mostEvents, 100);
    }

    private static List<String> events(Findings findings) {
        return findings.named().stream().map(Wrong::event).toList();
    }

    private static void assertClean(Report report, long events) {
        assertThat(report.events()).isEqualTo(events);
        assertThat(report.records()).isEqualTo(events);
        assertThat(report.notes()).isEmpty();
        assertThat(report.missing().named()).isEmpty();
        assertThat(report.repeated().named()).isEmpty();
        assertThat(report.disordered().named()).isEmpty();
    }

    /** As if they had been sent: nobody relays now. */
    private static void writeAcknowledged(String... ids) throws Exception {
        String url = shop.postgres.jdbcUrl();
        try (Connection connection = DriverManager.getConnection(url, RolesDocument.APPLICATION, "");
                Statement statement = connection.createStatement()) {
            for (String id : ids) {
                statement.execute("insert into outbox (id, aggregatetype, aggregateid, type, payload) values ('" + id
                        + "', 'order', 'planted', 'Changed', convert_to('0', 'UTF8'))");
            }
        }
        try (Connection connection = DriverManager.getConnection(url, RolesDocument.RELAY, "");
                Statement statement = connection.createStatement()) {
            statement.execute("update outbox_progress set prev = pg_current_snapshot(), cur = null");
        }
    }

    private static void send(String... ids) {
        try (KafkaProducer<String, String> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", shop.kafka.bootstrapServers()),
                new StringSerializer(),
                new StringSerializer())) {
            for (String id : ids) {
                ProducerRecord<String, String> record = new ProducerRecord<>(Shop.TOPIC, "planted", "0");
                record.headers().add("id", id.getBytes(UTF_8));
                producer.send(record);
            }
        }
    }

    @Test
    void nothingIsWrongWithWhatANodeSentAndWhatIsPlantedIsNamed() throws Exception {
        Path file = shop.config();
        LoadedConfig config = LoadedConfig.load(file);
        shop.migrate(config);
        Node node = Node.start(config);
        shop.awaitOwners(config, 1);
        for (int round = 0; round < 10; round++) {
            shop.writeRound();
        }
        await().atMost(LIMIT).until(() -> shop.topic().size() == shop.written());
        node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        OutboxSettings outbox = config.settings().outboxes().get("orders");
        assertClean(verify(outbox, all(10_000)), shop.written());
        Report inPieces = verify(outbox, all(100));
        assertClean(inPieces, shop.written());
        assertThat(inPieces.passes()).isGreaterThan(3);

        Instant before = Instant.now();
        List<String> ids =
                Stream.generate(() -> UUID.randomUUID().toString()).limit(5).toList();
        writeAcknowledged(ids.toArray(String[]::new));
        send(ids.get(0), ids.get(2), ids.get(0), ids.get(4), ids.get(3));
        Report planted = verify(outbox, all(10_000));
        assertThat(planted.events()).isEqualTo(shop.written() + 5);
        assertThat(events(planted.missing())).containsExactly(ids.get(1));
        assertThat(events(planted.repeated())).containsExactly(ids.get(0));
        assertThat(events(planted.disordered())).containsExactly(ids.get(3));
        Report window = verify(outbox, new Verification.Plan(before, null, 1000, 100));
        assertThat(window.events()).isEqualTo(5);
        assertThat(events(window.missing())).containsExactly(ids.get(1));
        assertClean(verify(outbox, new Verification.Plan(null, before, 1000, 100)), shop.written());
        theCommandSaysSo(file, ids);
        anOpenTransactionOfAnotherProducerIsWaitedFor(outbox);
    }

    /** Its records are read as soon as it has ended, and what is behind it is not missing. */
    private static void anOpenTransactionOfAnotherProducerIsWaitedFor(OutboxSettings outbox) throws Exception {
        Instant before = Instant.now();
        String id = UUID.randomUUID().toString();
        CountDownLatch reading = new CountDownLatch(2);
        try (KafkaProducer<String, String> other = new KafkaProducer<>(
                Map.of("bootstrap.servers", shop.kafka.bootstrapServers(), "transactional.id", "somebody"),
                new StringSerializer(),
                new StringSerializer())) {
            other.initTransactions();
            other.beginTransaction();
            other.send(new ProducerRecord<>(Shop.TOPIC, "planted", "0")).get();
            writeAcknowledged(id);
            send(id);
            Verification.Progress progress = (step, share) -> {
                if (step.equals("topics")) {
                    reading.countDown();
                }
            };
            CompletableFuture<Report> report = CompletableFuture.supplyAsync(
                    () -> verify(outbox, new Verification.Plan(before, null, 1000, 100), progress));
            assertThat(reading.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
            other.commitTransaction();
            Report found = report.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(found.events()).isEqualTo(1);
            assertThat(events(found.missing())).isEmpty();
        }
    }

    private static void theCommandSaysSo(Path config, List<String> ids) throws Exception {
        CliAnswer found = CliAnswer.of("verify", "--config", config.toString(), "--json");
        assertThat(found.code()).isEqualTo(3);
        JsonNode document = new ObjectMapper().readTree(found.out());
        assertThat(document.at("/missing/count").asInt()).isEqualTo(1);
        assertThat(document.at("/missing/events/0/event").asText()).isEqualTo(ids.get(1));
        assertThat(document.at("/repeated/count").asInt()).isEqualTo(1);
        assertThat(document.at("/disordered/events/0/detail").asText()).isEqualTo("behind event " + ids.get(4));
        CliAnswer lines = CliAnswer.of("verify", "--config", config.toString(), "--until", "2026-01-01T00:00:00Z");
        assertThat(lines.code()).isZero();
        assertThat(lines.out()).contains("0 events that were sent", "missing: 0");
    }
}
