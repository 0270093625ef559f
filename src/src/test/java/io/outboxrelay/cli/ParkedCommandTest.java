package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Against a node that answers as it is told. */
class ParkedCommandTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<String> bodies = new CopyOnWriteArrayList<>();
    private final Map<String, String> answers = new HashMap<>();
    private HttpServer node;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", this::answer);
        node.start();
    }

    /** Refuses what it was not told about. */
    private void answer(HttpExchange exchange) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        asked.add(request);
        bodies.add(new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
        String known = answers.get(request.replaceAll("\\?by=[^&]*&", "?"));
        byte[] bytes = (known == null ? "{\"detail\":\"no such event\"}" : known).getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(known == null ? 404 : 200, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    private int run(String command, String... more) throws IOException {
        Path config = Files.write(
                folder.resolve("node.conf"),
                List.of(
                        "outbox-relay {",
                        "  database.url = \"jdbc:postgresql://127.0.0.1:1/none\"",
                        "  kafka.bootstrap-servers = \"127.0.0.1:1\"",
                        "  outboxes { orders {} }",
                        "  management.port = " + node.getAddress().getPort(),
                        "}"));
        List<String> arguments = new ArrayList<>(List.of("parked", command, "--config", config.toString()));
        arguments.addAll(Arrays.asList(more));
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(arguments.toArray(String[]::new));
    }

    private static String row(String event) {
        return "{\"place\":\"7\",\"event\":\"" + event + "\",\"aggregateType\":\"order\",\"aggregateId\":null,"
                + "\"state\":\"refused\",\"reason\":\"too\\nlarge\",\"attempts\":2,\"lastAt\":\"2026-11-22T10:00:00Z\"}";
    }

    private void twoPages() {
        answers.put("GET /outbox/orders/parked?after=&limit=1000", "{\"parked\":[" + row("a") + "],\"next\":\"7\"}");
        answers.put("GET /outbox/orders/parked?after=7&limit=1000", "{\"parked\":[" + row("b") + "],\"next\":null}");
    }

    @Test
    void listsEveryPageALineForEachEvent() throws IOException {
        twoPages();
        assertThat(run("list")).isZero();
        assertThat(out.toString().lines())
                .containsExactly(
                        "a  refused  order/-  2 x, last 2026-11-22T10:00:00Z  too large",
                        "b  refused  order/-  2 x, last 2026-11-22T10:00:00Z  too large");
    }

    @Test
    void listsAsOneJsonArray() throws IOException {
        twoPages();
        assertThat(run("list", "--json")).isZero();
        assertThat(JSON.readTree(out.toString()).findValuesAsText("event")).containsExactly("a", "b");
    }

    @Test
    void showsOneEventWhateverItsIdIs() throws IOException {
        answers.put("GET /outbox/orders/parked/a%20b%2F%C3%B6", row("a b/ö"));
        assertThat(run("show", "a b/ö")).isZero();
        assertThat(out.toString()).contains("event          a b/ö", "state          refused");
        assertThat(run("show", "none")).isEqualTo(1);
        assertThat(err.toString()).contains("error: ", "refused: no such event");
    }

    @Test
    void releasesEachAndFailsIfOneWasRefused() throws IOException {
        String done = "{\"outbox\":\"orders\",\"event\":\"b\",\"decision\":\"release\",\"shard\":3}";
        answers.put("POST /outbox/orders/parked/b/release?reason=fixed+it", done);
        assertThat(run("release", "a", "b", "--reason", "fixed it")).isEqualTo(1);
        assertThat(out.toString().lines()).containsExactly("event b is released (shard 3)");
        assertThat(err.toString()).contains("no such event");
        assertThat(run("release", "b", "--reason", "fixed it")).isZero();
        assertThat(asked).last().asString().contains("by=");
    }

    @Test
    void skips() throws IOException {
        answers.put("POST /outbox/orders/parked/b/skip?reason=", "{\"event\":\"b\",\"shard\":0}");
        assertThat(run("skip", "b", "--json")).isZero();
        assertThat(JSON.readTree(out.toString())).hasSize(1);
    }

    @Test
    void editsWithWhatIsNamedOnly() throws IOException {
        answers.put(
                "PATCH /outbox/orders/parked/a?reason=typo",
                "{\"event\":\"a\",\"fields\":[{\"name\":\"payload\"},{\"name\":\"type\"}]}");
        Path file = Files.write(folder.resolve("payload"), new byte[] {0, (byte) 0xff});
        assertThat(run("edit", "a", "--payload-file", file.toString(), "--type", "T", "--reason", "typo"))
                .isZero();
        assertThat(out.toString()).contains("event a is changed: payload, type; release it");
        assertThat(JSON.readTree(bodies.get(0)))
                .isEqualTo(JSON.readTree("{\"payloadBase64\":\"AP8=\",\"type\":\"T\"}"));
        assertThat(run("edit", "a", "--payload", "sö", "--headers", "{\"a\":1}", "--reason", "typo"))
                .isZero();
        assertThat(JSON.readTree(bodies.get(1))).isEqualTo(JSON.readTree("{\"payload\":\"sö\",\"headers\":{\"a\":1}}"));
        assertThat(run("edit", "a", "--tombstone", "--headers", "null", "--aggregatetype", "o", "--reason", "typo"))
                .isZero();
        assertThat(JSON.readTree(bodies.get(2)))
                .isEqualTo(JSON.readTree("{\"payload\":null,\"headers\":null,\"aggregatetype\":\"o\"}"));
    }

    @Test
    void wrongUsageIsToldBeforeAnybodyIsAsked() throws IOException {
        assertThat(run("edit", "a")).isEqualTo(2);
        assertThat(err.toString()).contains("nothing is to be changed");
        assertThat(run("edit", "a", "--payload", "x", "--tombstone")).isEqualTo(2);
        assertThat(run("edit", "a", "--headers", "secret")).isEqualTo(2);
        assertThat(err.toString()).contains("--headers is not a JSON object").doesNotContain("secret\n");
        assertThat(run("release")).isEqualTo(2);
        assertThat(run("list", "--outbox", "bills")).isEqualTo(2);
        assertThat(err.toString()).contains("--outbox = 'bills', legal: orders");
        assertThat(asked).isEmpty();
    }

    @Test
    void aFileThatIsNotThereIsAnErrorInWords() throws IOException {
        assertThat(run("edit", "a", "--payload-file", folder.resolve("none").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("error: --payload-file ", "none cannot be read");
        assertThat(asked).isEmpty();
    }
}
