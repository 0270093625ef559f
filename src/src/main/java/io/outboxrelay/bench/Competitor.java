package io.outboxrelay.bench;

import io.outboxrelay.node.ClassArchive;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.store.postgres.Migrations;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** Who brings the same rows from PostgreSQL to Kafka; each as a process of its own. */
public enum Competitor {
    RELAY("relay, at-least-once", BenchServer.RING),
    RELAY_EXACTLY_ONCE("relay, exactly-once", BenchServer.RING),
    POLLER("SKIP LOCKED poller", BenchServer.PLAIN),
    DEBEZIUM("Debezium Server", BenchServer.PLAIN);

    private final String title;
    private final String table;

    Competitor(String title, String table) {
        this.title = title;
        this.table = table;
    }

    String title() {
        return title;
    }

    String table() {
        return table;
    }

    /** Before the rows are written. */
    void prepare(Arena arena) throws SQLException {
        if (this == DEBEZIUM) {
            DebeziumServer.createSlot(arena.database(), table);
        } else if (this != POLLER) {
            String owner = RolesDocument.OWNER;
            Migrations.migrate(
                    BenchSettings.ring(arena.postgres(), owner, table, 1).database(),
                    Migrations.CONTROL,
                    "outbox_relay");
            RolesDocument.execute("control", arena.postgres().jdbcUrl(), owner);
        }
    }

    /** Starts it; `folder` takes its files and its log. */
    Process start(Arena arena, int shards, Path folder, DebeziumServer.Unpacked debezium) throws IOException {
        ProcessBuilder process = switch (this) {
            case RELAY -> relay(arena, shards, folder, "at-least-once");
            case RELAY_EXACTLY_ONCE -> relay(arena, shards, folder, "exactly-once");
            case POLLER ->
                java(
                        SkipLockedPoller.class.getName(),
                        arena.postgres().jdbcUrl(),
                        arena.postgres().user(),
                        table,
                        arena.brokers(),
                        Arena.TOPIC);
            case DEBEZIUM -> DebeziumServer.process(debezium, arena, table, folder);
        };
        return process.redirectErrorStream(true)
                .redirectOutput(folder.resolve("log").toFile())
                .start();
    }

    private static ProcessBuilder relay(Arena arena, int shards, Path folder, String delivery) throws IOException {
        Path config = Files.writeString(
                folder.resolve("node.conf"), BenchSettings.node(arena.postgres(), arena.brokers(), shards, delivery));
        return java(
                "io.outboxrelay.cli.Main",
                "node",
                "--config",
                config.toString(),
                "--while-pid",
                Long.toString(ProcessHandle.current().pid()));
    }

    /** As the script `relay` starts a node. */
    private static ProcessBuilder java(String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        ClassArchive.option().ifPresent(command::add);
        command.addAll(List.of(
                "-XX:+UseParallelGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-Djava.awt.headless=true",
                "-Dfile.encoding=UTF-8",
                "-cp",
                System.getProperty("java.class.path"),
                main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
