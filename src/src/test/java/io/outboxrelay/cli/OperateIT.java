package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.node.Node;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.LoadedConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** A person looks after a running node with the command line and HTTP. */
class OperateIT {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final String TOKEN = "0123456789abcdef";
    private static final String TOPIC = "outbox.event.order";

    @TempDir
    static Path folder;

    private static SandboxPostgres postgres;
    private static SandboxKafka kafka;
    private static Node node;
    private static Path config;
    private static int port;
    private static int clusterPort;

    private record Answer(int code, String out) {}

    @BeforeAll
    static void start() throws Exception {
        postgres = SandboxPostgres.start();
        kafka = SandboxKafka.start(folder, Map.of("auto.create.topics.enable", "false"));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            NewTopic topic = new NewTopic(TOPIC, 1, (short) 1).configs(Map.of("max.message.bytes", "3000"));
            admin.createTopics(List.of(topic)).all().get();
        }
        port = freePort();
        clusterPort = freePort();
        RolesDocument.createRoles(postgres);
        RolesDocument.execute("schema", postgres.jdbcUrl(), postgres.user());
        config = configuration(RolesDocument.OWNER);
        assertThat(run("migrate").code()).isZero();
        for (String rights : List.of("control", "outbox")) {
            RolesDocument.execute(rights, postgres.jdbcUrl(), RolesDocument.OWNER);
        }
        config = configuration(RolesDocument.RELAY);
        node = Node.start(LoadedConfig.load(config));
    }

    private static Path configuration(String user) throws IOException {
        return Files.write(
                folder.resolve(user + ".conf"),
                List.of(
                        "outbox-relay {",
                        "  database { url = \"" + postgres.jdbcUrl() + "\", user = " + user + " }",
                        "  kafka.bootstrap-servers = \"" + kafka.bootstrapServers() + "\"",
                        "  outboxes { orders { shards = 1 } }",
                        "  cluster.port = " + clusterPort,
                        "  management { port = " + port + ", allow-writes = true, auth.token = \"" + TOKEN + "\" }",
                        "}"));
    }

    @AfterAll
    static void stop() throws Exception {
        node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        kafka.close();
        postgres.close();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static Answer run(String... command) {
        StringWriter out = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.addAll(List.of("--config", config.toString()));
        return new Answer(line.execute(arguments.toArray(String[]::new)), out.toString());
    }

    private static String query(String sql) throws Exception {
        try (Connection connection =
                        DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    /** Returns the event's id. */
    private static String write(String type, String key, String payload) throws Exception {
        String application = RolesDocument.APPLICATION;
        String id = UUID.randomUUID().toString();
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), application, application);
                Statement statement = connection.createStatement()) {
            statement.execute("insert into outbox (id, aggregatetype, aggregateid, type, payload) values ('" + id
                    + "', '" + type + "', '" + key + "', 'T', convert_to(" + payload + ", 'UTF8'))");
        }
        return id;
    }

    private static JsonNode call(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + TOKEN)
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        return new ObjectMapper().readTree(answer.body());
    }

    private static HttpResponse<String> ready() throws Exception {
        return health("/ready");
    }

    private static HttpResponse<String> health(String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                .build();
        return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
    }

    private static void awaitReason(String beginning) {
        await().atMost(LIMIT).ignoreExceptions().until(() -> {
            JsonNode shard = call("GET", "/outbox/orders/shards/0");
            return shard.get("stuck").asBoolean()
                    && shard.get("reason").asText().startsWith(beginning);
        });
    }

    private static void awaitGettingOn() {
        await().atMost(LIMIT)
                .ignoreExceptions()
                .until(() ->
                        !call("GET", "/outbox/orders/shards/0").get("stuck").asBoolean());
    }

    /** Values in the topic of this key. */
    private static List<String> values(String key) {
        List<String> values = new ArrayList<>();
        TopicPartition partition = new TopicPartition(TOPIC, 0);
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(100)).forEach(found -> {
                    if (key.equals(found.key())) {
                        values.add(found.value());
                    }
                });
            }
        }
        return values;
    }

    @Test
    void anEventThatIsTooLargeIsChangedReleasedAndComesInOrder() throws Exception {
        String digits = "(select string_agg(md5(n::text), '') from generate_series(1, 500) n)";
        String large = write("order", "k", digits);
        write("order", "k", "'next'");
        await().atMost(LIMIT).until(() -> run("parked", "list").out().lines().count() == 2);
        JsonNode shard = call("GET", "/outbox/orders/shards/0");
        assertThat(shard.get("parkedRows").asInt()).isEqualTo(2);
        assertThat(shard.get("blockedAggregates").asInt()).isEqualTo(1);
        assertThat(run("parked", "show", large).out()).contains("state          refused", "payloadBytes   16000");
        assertThat(run("parked", "edit", large, "--payload", "canary", "--reason", "cut")
                        .code())
                .isZero();
        assertThat(run("parked", "show", large).out()).contains("state          refused", "payloadBytes   6");
        assertThat(run("parked", "release", large, "--reason", "cut").code()).isZero();
        await().atMost(LIMIT).until(() -> values("k").equals(List.of("canary", "next")));
        await().atMost(LIMIT).until(() -> run("parked", "list").out().isEmpty());
        assertThat(query("select count(*) from outbox_relay_journal where event_ser_manifest like '%ParkedEdited'"))
                .isEqualTo("1");
        assertThat(query("select count(*) from outbox_relay_journal where position('canary'::bytea in event_payload)"
                        + " > 0"))
                .isEqualTo("0");
    }

    @Test
    void aMissingTopicAPauseAndAKafkaThatIsAwayAreNamedInTheStatus() throws Exception {
        String missing = write("Missing", "m", "'x'");
        awaitReason("topic outbox.event.Missing does not exist");
        await("one topic alone is no reason").atMost(LIMIT).until(() -> ready().statusCode() == 200);
        assertThat(run("doctor").out()).contains("FAIL  topics: topic outbox.event.Missing does not exist");
        assertThat(run("parked", "skip", missing).code()).isZero();
        awaitGettingOn();

        call("POST", "/outbox/orders/shards/0/pause?by=ann&reason=upgrade");
        await().atMost(LIMIT)
                .until(() -> call("GET", "/outbox/orders/shards/0")
                        .get("phase")
                        .asText()
                        .equals("paused"));
        write("order", "p", "'1'");
        awaitReason("paused by ann since ");
        call("POST", "/outbox/orders/shards/0/resume");
        await().atMost(LIMIT).until(() -> values("p").equals(List.of("1")));
        awaitGettingOn();

        kafka.stop();
        await().atMost(LIMIT).until(() -> ready().statusCode() == 200);
        assertThat(health("/startup").statusCode()).isEqualTo(200);
        assertThat(health("/alive").statusCode()).isEqualTo(200);
        write("order", "p", "'2'");
        awaitReason("Kafka has not acknowledged 1 rows for topic outbox.event.order for ");
        await().atMost(LIMIT).until(() -> ready().statusCode() != 200);
        assertThat(ready().body()).contains("shard orders/0: Kafka has not acknowledged 1 rows");
        kafka.startAgain();
        await().atMost(LIMIT).ignoreExceptions().until(() -> values("p").equals(List.of("1", "2")));
        awaitGettingOn();
        await().atMost(LIMIT).until(() -> ready().statusCode() == 200);
    }

    @Test
    void aPauseIsWantedSeenAndEndedThroughTheCommandLineAlone() throws Exception {
        await().atMost(LIMIT).until(() -> run("status").code() == 0);
        assertThat(run("status").out()).startsWith("nothing is stuck").contains("up ", "orders ");
        assertThat(run("pause", "--shard", "all", "--by", "ann", "--reason", "upgrade")
                        .out())
                .contains("shard orders/0 is to rest");
        write("order", "cli", "'1'");
        await().atMost(LIMIT).until(() -> run("status").code() == StatusCommand.STUCK);
        assertThat(run("status").out()).contains("1 is stuck", "paused  orders/0", "paused by ann since ", "upgrade");
        assertThat(run("shards").out()).contains("orders/0  paused");
        JsonNode status = new ObjectMapper().readTree(run("status", "--json").out());
        assertThat(status.path("trouble").findValuesAsText("kind")).containsExactly("paused");
        assertThat(run("watch", "--times", "1").out()).contains("worst: paused orders/0: paused by ann");
        assertThat(run("resume", "--shard", "0").code()).isZero();
        await().atMost(LIMIT).until(() -> values("cli").equals(List.of("1")));
        await().atMost(LIMIT).until(() -> run("status").code() == 0);
    }
}
