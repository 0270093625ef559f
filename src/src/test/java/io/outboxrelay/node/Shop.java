package io.outboxrelay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.client.OutboxEvent;
import io.outboxrelay.client.OutboxWriter;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.Migrations;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * PostgreSQL, Kafka and an application beside the nodes under test, each with the rights of docs/roles.md. Events of
 * key k-n carry 0, 1, 2, ... in order.
 */
final class Shop implements AutoCloseable {
    static final String TOPIC = "outbox.event.order";
    static final int KEYS = 40;
    private static final String TOKEN = "0123456789abcdef";
    private static final Duration LIMIT = Duration.ofSeconds(120);

    final SandboxPostgres postgres = SandboxPostgres.start();
    final SandboxKafka kafka = SandboxKafka.start();
    private final Path folder;
    private final HttpClient http = HttpClient.newHttpClient();
    private final OutboxWriter writer = new OutboxWriter();
    private final int[] versions = new int[KEYS];

    /** A record as it was found in the topic. */
    record Found(String id, String key, int version) {}

    Shop(Path folder) {
        this.folder = folder;
        kafka.createTopic(TOPIC, 3);
        RolesDocument.createRoles(postgres);
        RolesDocument.execute("schema", postgres.jdbcUrl(), postgres.user());
    }

    /** A node's configuration on free ports. */
    Path config(String... lines) throws IOException {
        List<String> all = new ArrayList<>(List.of(
                "outbox-relay {",
                "  database { url = \"" + postgres.jdbcUrl() + "\", user = " + RolesDocument.RELAY + " }",
                "  kafka.bootstrap-servers = \"" + kafka.bootstrapServers() + "\"",
                "  outboxes { orders { shards = 8 } }",
                "  cluster.port = " + freePort(),
                "  management { port = " + freePort() + ", allow-writes = true, auth.token = \"" + TOKEN + "\" }",
                "}"));
        all.addAll(List.of(lines));
        return Files.write(Files.createTempFile(folder, "node", ".conf"), all);
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    void migrate(LoadedConfig config) {
        migrate(config, config.settings().outboxes().values());
    }

    /** Only these outboxes, beside what the cluster itself needs. */
    void migrate(LoadedConfig config, Collection<OutboxSettings> outboxes) {
        DatabaseSettings owner = asOwner(config.settings().database());
        Migrations.migrate(owner, Migrations.CONTROL, "outbox_relay");
        RolesDocument.execute("control", owner.url(), owner.user());
        for (OutboxSettings outbox : outboxes) {
            DatabaseSettings as = asOwner(outbox.database());
            Migrations.migrate(as, Migrations.locationOf(outbox), outbox.table());
            if (outbox.acknowledge().mode() == AcknowledgeSettings.Mode.RING) {
                RolesDocument.execute("outbox", as.url(), as.user());
            }
        }
    }

    private static DatabaseSettings asOwner(DatabaseSettings relay) {
        return new DatabaseSettings(
                relay.url(),
                RolesDocument.OWNER,
                relay.password(),
                relay.connections(),
                relay.connectTimeout(),
                relay.socketTimeout(),
                relay.properties());
    }

    /** Commits one event of every key. */
    void writeRound() throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), RolesDocument.APPLICATION, "")) {
            connection.setAutoCommit(false);
            for (int key = 0; key < KEYS; key++) {
                writer.write(
                        connection,
                        OutboxEvent.to("order")
                                .key("k-" + key)
                                .type("Changed")
                                .json(Integer.toString(versions[key]++)));
            }
            connection.commit();
        }
    }

    int written() {
        return versions[0] * KEYS;
    }

    /** Everything in the topic, from the beginning. */
    List<Found> topic() {
        List<Found> found = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(TOPIC).stream()
                    .map(p -> new TopicPartition(TOPIC, p.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                for (ConsumerRecord<String, String> one : consumer.poll(Duration.ofMillis(100))) {
                    String id = new String(one.headers().lastHeader("id").value(), StandardCharsets.UTF_8);
                    found.add(new Found(id, one.key(), Integer.parseInt(one.value())));
                }
            }
        }
        return found;
    }

    /** The answer's JSON; `method` GET or POST. */
    JsonNode call(LoadedConfig node, String method, String path) throws Exception {
        HttpResponse<String> answer = send(node, method, path);
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return new ObjectMapper().readTree(answer.body());
    }

    HttpResponse<String> send(LoadedConfig node, String method, String path) throws Exception {
        URI uri = URI.create("http://127.0.0.1:" + node.settings().management().port() + path);
        HttpRequest request = HttpRequest.newBuilder(uri)
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + TOKEN)
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    JsonNode shards(LoadedConfig node) throws Exception {
        return call(node, "GET", "/outbox/orders/shards").get("shards");
    }

    /** Waits until that many nodes have shards, as this one sees it, and every shard relays. */
    void awaitOwners(LoadedConfig node, int count) {
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            Set<String> owners = new HashSet<>();
            for (JsonNode shard : shards(node)) {
                boolean relaying = shard.get("phase").asText().equals("relaying");
                owners.add(relaying ? shard.get("node").asText() : "nobody");
            }
            return owners.size() == count && !owners.contains("nobody");
        });
    }

    /** No loss, no repeat, every key in order. */
    void assertExactlyWhatWasWritten() {
        await().atMost(LIMIT).until(() -> topic().size() >= written());
        List<Found> found = topic();
        assertThat(found).hasSize(written());
        Map<String, Integer> next = new HashMap<>();
        for (Found one : found) {
            assertThat(one.version()).as(one.key()).isEqualTo(next.getOrDefault(one.key(), 0));
            next.put(one.key(), one.version() + 1);
        }
        assertThat(next).hasSize(KEYS);
    }

    @Override
    public void close() {
        kafka.close();
        postgres.close();
    }
}
