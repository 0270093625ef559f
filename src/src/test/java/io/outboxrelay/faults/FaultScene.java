package io.outboxrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.demo.Audit;
import io.outboxrelay.node.Node;
import io.outboxrelay.sandbox.SandboxKafkaCluster;
import io.outboxrelay.settings.LoadedConfig;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three broker processes, PostgreSQL, one relay node, and a shop that writes all the time. After every fault all that the
 * shop has committed by then has arrived, once and in order; the last judgement reads everything again.
 */
abstract class FaultScene {
    static final Duration LIMIT = Duration.ofMinutes(2);
    private static final String TOKEN = "0123456789abcdef";
    private static final String DELIVERY = System.getProperty("crash.delivery", "at-least-once");
    private static final int EVENTS_PER_SECOND = Integer.getInteger("crash.rate", 200);
    private static final int MAX_IN_FLIGHT = 800;
    private static final Pattern FAILURES =
            Pattern.compile("^outbox_relay_failures_total\\{.*} ([0-9.]+)$", Pattern.MULTILINE);
    private static final AtomicInteger NUMBERS = new AtomicInteger();

    @TempDir
    static Path folder;

    static SandboxKafkaCluster kafka;
    static Audit audit;
    static Admin admin;
    private static Node node;
    private static int managementPort;

    @BeforeAll
    static void start() throws Exception {
        kafka = SandboxKafkaCluster.start(
                folder,
                Map.of(
                        "authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
                        "allow.everyone.if.no.acl.found", "true"));
        kafka.createTopic(Audit.TOPIC, 6);
        admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()));
        audit = Audit.open(folder);
        node = Node.start(LoadedConfig.load(configuration()));
        audit.startWriting(EVENTS_PER_SECOND);
    }

    private static Path configuration() throws Exception {
        managementPort = freePort();
        List<String> lines = new ArrayList<>(List.of(
                "outbox-relay {",
                "  database { url = \"" + audit.url() + "\", user = " + audit.user() + " }",
                "  kafka.bootstrap-servers = \"" + kafka.bootstrapServers() + "\"",
                // how soon a producer notices that partitions were added
                "  kafka.properties { metadata.max.age.ms = 1000 }",
                "  outboxes.orders { shards = 4, publisher { topic-check-interval = 500 ms, max-in-flight = "
                        + MAX_IN_FLIGHT + " } }",
                "  cluster.port = " + freePort(),
                "  management { port = " + managementPort + ", allow-writes = true, auth.token = \"" + TOKEN + "\" }",
                "}"));
        if (!DELIVERY.equals("at-least-once")) {
            lines.add("outbox-relay.outbox-defaults.publisher.delivery = " + DELIVERY);
        }
        return Files.write(folder.resolve("node.conf"), lines);
    }

    private static int freePort() throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    @AfterEach
    void nothingIsLostOrRepeatedSoFar() throws Exception {
        audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
    }

    @AfterAll
    static void stop() throws Exception {
        try {
            audit.stopWriting();
            audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
            long failures = failures();
            node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            Audit.Judgement found = audit.judge(kafka.bootstrapServers());
            System.out.println("faults, " + DELIVERY + ": " + found);
            assertThat(found.clean()).as("%s", found).isTrue();
            // a slow machine may have a stream fail that would have waited, which repeats what was in flight
            long mostRepeats = DELIVERY.equals("at-least-once") ? failures * MAX_IN_FLIGHT : 0;
            assertThat(found.duplicates())
                    .as("%s, %d streams failed", found, failures)
                    .isLessThanOrEqualTo(mostRepeats);
        } finally {
            admin.close();
            kafka.close();
            audit.close();
        }
    }

    /** How often a shard had to start over. */
    private static long failures() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/metrics"))
                .build();
        String metrics = HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body();
        return FAILURES.matcher(metrics)
                .results()
                .mapToLong(found -> (long) Double.parseDouble(found.group(1)))
                .sum();
    }

    /** An aggregate type that no other test uses. */
    static Traffic traffic() {
        return new Traffic("type" + NUMBERS.incrementAndGet());
    }

    /** Waits until the shop has committed so many more events. */
    static void awaitWritten(int events) {
        long until = audit.written() + events;
        await().atMost(LIMIT).until(() -> audit.written() >= until);
    }

    /** What the shards hold back, all together. */
    static long waiting() throws Exception {
        long rows = 0;
        for (JsonNode shard : call("GET", "/outbox/orders/shards").get("shards")) {
            rows += Math.max(0, shard.get("rowsWaiting").asLong());
        }
        return rows;
    }

    /** Rows of an aggregate type that were put aside. */
    static List<JsonNode> parked(Traffic traffic) throws Exception {
        List<JsonNode> rows = new ArrayList<>();
        for (JsonNode row : call("GET", "/outbox/orders/parked?limit=1000").get("parked")) {
            if (row.get("aggregateType").asText().equals(traffic.type())) {
                rows.add(row);
            }
        }
        return rows;
    }

    static JsonNode call(String method, String path) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .header("Authorization", "Bearer " + TOKEN)
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() != 200) {
            throw new IllegalStateException(method + " " + path + ": " + answer.statusCode() + " " + answer.body());
        }
        return new ObjectMapper().readTree(answer.body());
    }

    static <T> T get(KafkaFuture<T> future) throws Exception {
        return future.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
