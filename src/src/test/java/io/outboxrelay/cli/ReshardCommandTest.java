package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Against a node that answers as it is told. */
class ReshardCommandTest {
    private static final String TWO = "{\"name\":\"orders\",\"shards\":2,\"reshardingTo\":null}";
    private static final String DEALING = "{\"name\":\"orders\",\"shards\":2,\"reshardingTo\":5}";
    private static final String FIVE = "{\"name\":\"orders\",\"shards\":5,\"reshardingTo\":null}";

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final Deque<String> states = new ArrayDeque<>();
    private HttpServer node;
    private int postStatus = 202;
    private String postBody = DEALING;

    @BeforeEach
    void start() throws IOException {
        node = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        node.createContext("/", exchange -> {
            asked.add(exchange.getRequestMethod() + " " + exchange.getRequestURI());
            boolean post = exchange.getRequestMethod().equals("POST");
            String body = post ? postBody : states.size() > 1 ? states.remove() : states.element();
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(post ? postStatus : 200, bytes.length);
            exchange.getResponseBody().write(bytes);
            exchange.close();
        });
        node.start();
    }

    @AfterEach
    void stop() {
        node.stop(0);
    }

    private int run(String... more) throws IOException {
        Path config = Files.write(
                folder.resolve("node.conf"),
                List.of(
                        "outbox-relay {",
                        "  database.url = \"jdbc:postgresql://127.0.0.1:1/none\"",
                        "  kafka.bootstrap-servers = \"127.0.0.1:1\"",
                        "  outboxes { orders {} }",
                        "  management.port = " + node.getAddress().getPort(),
                        "}"));
        List<String> arguments = new ArrayList<>(List.of("reshard", "--config", config.toString()));
        arguments.addAll(List.of(more));
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments.toArray(String[]::new));
    }

    @Test
    void asksAndWaitsUntilItIsDone() throws IOException {
        states.addAll(List.of(TWO, DEALING, DEALING, FIVE));
        assertThat(run("--shards", "5", "--reason", "more nodes")).isZero();
        assertThat(out.toString()).isEqualTo("outbox orders has 5 shards (before: 2)" + System.lineSeparator());
        assertThat(asked.get(1)).startsWith("POST /outbox/orders/reshard?by=").endsWith("&reason=more+nodes&shards=5");
    }

    @Test
    void programsGetOneDocument() throws IOException {
        states.addAll(List.of(TWO, FIVE));
        assertThat(run("--shards", "5", "--json")).isZero();
        assertThat(out.toString().replaceAll("\\s", "")).isEqualTo("{\"outbox\":\"orders\",\"shards\":5,\"before\":2}");
    }

    @Test
    void passesOnWhatTheNodeRefuses() throws IOException {
        states.add(TWO);
        postStatus = 409;
        postBody = "{\"detail\":\"shards [1] of outbox orders are paused; resume them first\"}";
        assertThat(run("--shards", "5")).isEqualTo(1);
        assertThat(err.toString()).contains("error: ", "shards [1] of outbox orders are paused");
    }

    @Test
    void saysThatItWasGivenUp() throws IOException {
        states.addAll(List.of(TWO, DEALING, TWO));
        assertThat(run("--shards", "5")).isEqualTo(1);
        assertThat(err.toString()).contains("keeps its 2 shards");
    }

    @Test
    void saysThatItGoesOnWhenItTakesLongerThanWanted() throws IOException {
        states.addAll(List.of(TWO, DEALING));
        assertThat(run("--shards", "5", "--wait", "0")).isEqualTo(1);
        assertThat(err.toString()).contains("still being dealt");
    }

    @Test
    void saysWhereNoNodeAnswers() throws IOException {
        node.stop(0);
        assertThat(run("--shards", "5")).isEqualTo(1);
        assertThat(err.toString()).contains("no node answers at http://127.0.0.1:");
    }

    @Test
    void anOutboxThatIsNotConfiguredIsWrongUsage() throws IOException {
        assertThat(run("--shards", "5", "--outbox", "bills")).isEqualTo(2);
        assertThat(err.toString()).contains("--outbox = 'bills', legal: orders");
    }
}
