package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ConfigCommandTest {
    private static final List<String> LEGAL = List.of(
            "outbox-relay {",
            "  database.url = \"jdbc:postgresql://ann:canary1@db/shop?password=canary2&ssl=true\"",
            "  database.password = canary3",
            "  kafka.bootstrap-servers = \"k:9092\"",
            "  kafka.properties { sasl.jaas.config = canary4, linger.ms = 5, ssl.keystore.key = canary5 }",
            "  metrics.otlp.headers.x = canary6",
            "  outbox-defaults.shards = 4",
            "  outboxes { orders { shards = 8 }, bills { table = bills } }",
            "}");

    @TempDir
    Path folder;

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private Path config;

    @BeforeEach
    void file() {
        config = folder.resolve("node.conf");
    }

    private int run(List<String> lines, String... command) throws IOException {
        Files.write(config, lines);
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return line.execute(command);
    }

    private int check(List<String> lines, String... more) throws IOException {
        return run(lines, more.length == 0 ? new String[] {"config", "check", "--config", config.toString()} : more);
    }

    @Test
    void aConfigurationThatCanBeUsedIsExitCodeZero() throws IOException {
        assertThat(check(LEGAL)).isZero();
        assertThat(out.toString()).isEqualTo(config + " can be used" + System.lineSeparator());
    }

    @Test
    void everyProblemIsALineWithPathValuePlaceAndLegalRange() throws IOException {
        List<String> illegal = List.of(
                "outbox-relay {",
                "  database.url = \"jdbc:postgresql://db/shop\", kafka.bootstrap-servers = \"k:9092\"",
                "  cluster.port = 70000",
                "  outboxes { orders { shards = 0, colour = red } }",
                "}");
        assertThat(check(illegal)).isEqualTo(1);
        assertThat(out.toString().lines())
                .hasSize(3)
                .anyMatch(line -> line.startsWith("outbox-relay.cluster.port = 70000 (") && line.contains("65535"))
                .anyMatch(line -> line.startsWith("outbox-relay.outboxes.orders.shards = 0 (") && line.contains("1024"))
                .anyMatch(line -> line.startsWith("outbox-relay.outboxes.orders.colour: unknown key"));
        out.getBuffer().setLength(0);
        assertThat(check(illegal, "config", "check", "--json", "--config", config.toString()))
                .isEqualTo(1);
        JsonNode answer = new ObjectMapper().readTree(out.toString());
        assertThat(answer.path("well").asBoolean(true)).isFalse();
        assertThat(answer.path("problems")).hasSize(3);
    }

    @Test
    void whatWasSetIsShownWithItsPlaceAndWithoutSecrets() throws IOException {
        assertThat(run(LEGAL, "config", "show", "--config", config.toString())).isZero();
        assertThat(out.toString())
                .contains(
                        "outbox-relay.outboxes.orders.shards = 8   # " + config + ": 8",
                        "outbox-relay.outboxes.bills.shards = 4   # " + config + ": 7",
                        "outbox-relay.kafka.properties.linger.ms = 5 ",
                        "outbox-relay.database.password = \"***\" ",
                        "\"jdbc:postgresql://***@db/shop?password=***&ssl=true\"")
                .doesNotContain("canary", "tick-max");
    }

    @Test
    void defaultsAreShownWhereAskedFor() throws IOException {
        assertThat(run(LEGAL, "config", "show", "--defaults", "--json", "--config", config.toString()))
                .isZero();
        assertThat(out.toString()).doesNotContain("canary");
        boolean seen = false;
        for (JsonNode entry : new ObjectMapper().readTree(out.toString())) {
            if (entry.path("path").asText().equals("outbox-relay.outboxes.bills.reader.tick-max")) {
                seen = true;
                assertThat(entry.path("origin").asText()).isEqualTo("default");
                assertThat(entry.path("byDefault").asBoolean()).isTrue();
            }
        }
        assertThat(seen).isTrue();
    }
}
