package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.BenchSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How each competitor is started.
 *
 * @param events how many there are; only the floor has to be told
 */
record Commands(Arena arena, int shards, int events, int payloadBytes, DebeziumServer.Unpacked debezium) {
    /** File in the folder of a floor's process: seconds it took, and CPU seconds, a line each. */
    static final String FLOOR_RESULT = "result";

    private static final List<String> PLAIN_OPTIONS = List.of("-XX:+UseParallelGC"); // as the relay

    /** Not started yet. `folder` takes its files; started again with the same folder, it goes on where it was. */
    ProcessBuilder of(Competitor competitor, Path folder) throws IOException {
        return switch (competitor) {
            case RELAY -> relay(folder, "at-least-once");
            case RELAY_EXACTLY_ONCE -> relay(folder, "exactly-once");
            case POLLER ->
                java(
                        PLAIN_OPTIONS,
                        SkipLockedPoller.class.getName(),
                        arena.postgres().jdbcUrl(),
                        arena.postgres().user(),
                        competitor.table(),
                        arena.brokers(),
                        Arena.TOPIC);
            case DEBEZIUM -> DebeziumServer.process(debezium, Tuning.THROUGHPUT, arena, competitor.table(), folder);
            case DEBEZIUM_LATENCY ->
                DebeziumServer.process(debezium, Tuning.LATENCY, arena, competitor.table(), folder);
            case FLOOR_COPY -> floor("copy", folder);
            case FLOOR_PRODUCER -> floor("producer", folder);
            case FLOOR_BOTH -> floor("both", folder);
        };
    }

    private ProcessBuilder floor(String what, Path folder) {
        return java(
                PLAIN_OPTIONS,
                Floor.class.getName(),
                what,
                arena.postgres().jdbcUrl(),
                arena.postgres().user(),
                Competitor.FLOOR_COPY.table(),
                arena.brokers(),
                Arena.TOPIC,
                Integer.toString(events),
                Integer.toString(payloadBytes),
                folder.resolve(FLOOR_RESULT).toString());
    }

    private ProcessBuilder relay(Path folder, String delivery) throws IOException {
        Path config = folder.resolve("node.conf");
        if (!Files.exists(config)) {
            Files.writeString(config, BenchSettings.node(arena.postgres(), arena.brokers(), shards, delivery));
        }
        return java(
                NodeOptions.get(),
                "io.outboxrelay.cli.Main",
                "node",
                "--config",
                config.toString(),
                "--while-pid",
                Long.toString(ProcessHandle.current().pid()));
    }

    private static ProcessBuilder java(List<String> options, String main, String... arguments) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(options);
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), main));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command);
    }
}
