package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.BenchServer;
import io.outboxrelay.sandbox.SandboxPort;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * Debezium Server with its outbox event router. Its slot is made before the backlog is written, as it
 * is where the server was down for a while.
 */
public final class DebeziumServer {
    private static final String SLOT = "debezium";

    /**
     * As somebody unpacked it.
     *
     * @param home the folder of the distribution
     * @param java a JVM's folder that can run it: version 3 needs Java 21 or later
     */
    public record Unpacked(Path home, Path java) {}

    private DebeziumServer() {}

    /** Whether there is one to start. */
    public static boolean isIn(Unpacked server) throws IOException {
        return Files.isDirectory(server.home()) && runners(server).size() == 1;
    }

    static void createSlot(BenchServer server, String table) throws SQLException {
        server.execute("create publication " + SLOT + " for table " + table + " with (publish = 'insert')");
        server.execute("select pg_create_logical_replication_slot('" + SLOT + "', 'pgoutput')");
    }

    static ProcessBuilder process(Unpacked server, Tuning tuning, Arena arena, String table, Path folder)
            throws IOException {
        Path config = Files.createDirectories(folder.resolve("config"));
        Files.writeString(config.resolve("application.properties"), properties(tuning, arena, table, folder));
        List<Path> runner = runners(server);
        if (runner.size() != 1) {
            throw new IOException(
                    "no Debezium Server in " + server.home() + ": " + runner.size() + " files *-runner.jar");
        }
        return new ProcessBuilder(
                        server.java().resolve("bin").resolve("java").toString(),
                        "-XX:+UseParallelGC", // as the relay
                        "-cp",
                        runner.get(0) + ":" + config + ":" + server.home().resolve("lib") + "/*",
                        "io.debezium.server.Main")
                .directory(folder.toFile());
    }

    private static List<Path> runners(Unpacked server) throws IOException {
        try (Stream<Path> files = Files.list(server.home())) {
            return files.filter(file -> file.toString().endsWith("-runner.jar")).toList();
        }
    }

    private static String properties(Tuning tuning, Arena arena, String table, Path folder) throws IOException {
        try (InputStream file =
                Objects.requireNonNull(DebeziumServer.class.getResourceAsStream("debezium.properties"))) {
            return new String(file.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{port}", Integer.toString(arena.postgres().port()))
                    .replace("{user}", arena.postgres().user())
                    .replace("{password}", arena.postgres().password())
                    .replace("{table}", table)
                    .replace("{slot}", SLOT)
                    .replace("{folder}", folder.toString())
                    .replace("{brokers}", arena.brokers())
                    .replace("{poll}", Integer.toString(tuning.pollMillis()))
                    .replace("{linger}", Integer.toString(tuning.lingerMillis()))
                    .replace("{http}", Integer.toString(SandboxPort.findFree()));
        }
    }
}
