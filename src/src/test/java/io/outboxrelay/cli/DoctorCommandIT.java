package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.sandbox.SandboxPostgres;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class DoctorCommandIT {
    @TempDir
    static Path folder;

    private static SandboxPostgres postgres;
    private static SandboxKafka kafka;
    private static int databases;

    private String url;

    @BeforeAll
    static void start() {
        postgres = SandboxPostgres.start();
        RolesDocument.createRoles(postgres);
        kafka = SandboxKafka.start();
    }

    @AfterAll
    static void stop() {
        kafka.close();
        postgres.close();
    }

    @BeforeEach
    void migrated() throws IOException {
        url = RolesDocument.createDatabase(postgres, "cli" + databases++);
        assertThat(runAs(RolesDocument.OWNER, "migrate", kafka.bootstrapServers())
                        .code())
                .isZero();
        RolesDocument.execute("control", url, RolesDocument.OWNER);
        RolesDocument.execute("outbox", url, RolesDocument.OWNER);
    }

    private record Answer(int code, String out) {}

    private Answer run(String command, String bootstrapServers, String... options) throws IOException {
        return runAs(RolesDocument.RELAY, command, bootstrapServers, options);
    }

    private Answer runAs(String user, String command, String bootstrapServers, String... options) throws IOException {
        Path config = Files.writeString(
                folder.resolve("node.conf"),
                "outbox-relay { database { url = \"" + url + "\", user = " + user + " }, kafka.bootstrap-servers = \""
                        + bootstrapServers + "\", outboxes { orders {} } }");
        StringWriter out = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        List<String> arguments = new ArrayList<>(List.of(command, "--config", config.toString()));
        arguments.addAll(List.of(options));
        return new Answer(line.execute(arguments.toArray(String[]::new)), out.toString());
    }

    private void plant(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, postgres.user(), postgres.password());
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aMigratedDatabasePassesAndWarningsDoNotFailIt() throws Exception {
        Answer answer = run("doctor", kafka.bootstrapServers());
        assertThat(answer.out().lines())
                .contains("cluster", "outbox orders")
                .anyMatch(line -> line.startsWith("  ok    index: "))
                .anyMatch(line -> line.startsWith("  ok    kafka: "))
                .anyMatch(line -> line.startsWith("  WARN  shards: not set up yet -> start a node"))
                .noneMatch(line -> line.contains("FAIL"));
        assertThat(answer.code()).isZero();
    }

    @Test
    void aProblemIsALineWithAdviceAndExitCodeOne() throws Exception {
        plant("alter sequence outbox_seq_seq cache 20");
        Answer answer = run("doctor", kafka.bootstrapServers());
        assertThat(answer.out().lines())
                .filteredOn(line -> line.startsWith("  FAIL"))
                .singleElement()
                .asString()
                .contains("sequence: cache 20", " -> alter sequence outbox_seq_seq cache 1");
        assertThat(answer.code()).isEqualTo(1);
    }

    @Test
    void theTopicsThatEventsWaitForAreLookedAt() throws Exception {
        assertThat(run("doctor", kafka.bootstrapServers()).out()).contains("  ok    topics: no row waits");
        plant("insert into outbox (aggregatetype, type) values ('no such topic!', 'T'), ('Order', 'T')");
        Answer answer = run("doctor", kafka.bootstrapServers());
        assertThat(answer.out().lines())
                .filteredOn(line -> line.contains(" topics: "))
                .singleElement()
                .asString()
                .contains("WARN", "topic outbox.event.Order does not exist; Kafka creates it", " -> create it");
        assertThat(answer.code()).isZero();
    }

    @Test
    void scriptsGetJson() throws Exception {
        plant("drop table outbox_relay_node");
        Answer answer = run("doctor", kafka.bootstrapServers(), "--json");
        assertThat(answer.code()).isEqualTo(1);
        List<String> failed = new ArrayList<>();
        for (JsonNode finding : new ObjectMapper().readTree(answer.out())) {
            if (finding.get("level").asText().equals("fail")) {
                failed.add(finding.get("subject").asText() + " / "
                        + finding.get("check").asText());
                assertThat(finding.get("detail").asText()).contains("outbox_relay_node");
                assertThat(finding.get("advice").asText()).contains("relay migrate");
            }
        }
        assertThat(failed).containsExactly("cluster / tables");
    }

    @Test
    void kafkaThatDoesNotAnswerIsNamed() throws Exception {
        Answer answer = run("doctor", "127.0.0.1:1");
        assertThat(answer.out().lines())
                .filteredOn(line -> line.startsWith("  FAIL"))
                .singleElement()
                .asString()
                .contains("kafka: ", "127.0.0.1:1", " -> check kafka.bootstrap-servers");
        assertThat(answer.code()).isEqualTo(1);
    }
}
