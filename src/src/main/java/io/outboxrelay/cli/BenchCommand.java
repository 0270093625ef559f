package io.outboxrelay.cli;

import io.outboxrelay.bench.BacklogBench;
import io.outboxrelay.bench.BacklogResult;
import io.outboxrelay.bench.Bench;
import io.outboxrelay.bench.Bench.Workload;
import io.outboxrelay.bench.BenchOptions;
import io.outboxrelay.bench.Competitor;
import io.outboxrelay.bench.DebeziumServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures on this machine; starts the servers it needs itself. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description = "Measures reading, acknowledging and writing on this machine, beside the alternatives.")
final class BenchCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--workload",
            defaultValue = "all",
            description = "drain, held, idle, insert, boundary, all (of these), or backlog. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private String workload;

    @Option(
            names = "--rows",
            defaultValue = "1000000",
            description = "Rows of backlog (drain), sent rows kept (idle). Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(
            names = "--seconds",
            defaultValue = "180",
            description = "Length of each phase of all but drain. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--rate",
            defaultValue = "5000",
            description = "Events per second (held, boundary). Default: ${DEFAULT-VALUE}.")
    private int rate;

    @Option(names = "--shards", defaultValue = "16", description = "Shards. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--competitors",
            split = ",",
            defaultValue = "RELAY,RELAY_EXACTLY_ONCE,POLLER",
            description = "Who takes part in backlog: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private List<Competitor> competitors;

    @Option(
            names = "--debezium",
            paramLabel = "FOLDER",
            defaultValue = "debezium-server",
            description = "Where Debezium Server was unpacked (backlog). Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path debezium;

    @Option(
            names = "--debezium-java",
            paramLabel = "FOLDER",
            defaultValue = "${sys:java.home}",
            description = "The Java that runs Debezium Server; version 3 needs 21 or later. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path debeziumJava;

    @Override
    public Integer call() throws Exception {
        if (rows < 1 || shards < 1 || shards > 1024 || seconds < 1 || rate < 10) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--rows = " + rows + ", legal from 1; --shards = " + shards + ", legal 1 to 1024; --seconds = "
                            + seconds + ", legal from 1; --rate = " + rate + ", legal from 10");
        }
        if (workload.equals("backlog")) {
            Path folder = Files.createTempDirectory("outbox-relay-bench-");
            System.out.println("logs: " + folder);
            List<BacklogResult> results = new BacklogBench(
                            rows,
                            shards,
                            folder,
                            new DebeziumServer.Unpacked(debezium.toAbsolutePath(), debeziumJava.toAbsolutePath()),
                            System.out)
                    .run(EnumSet.copyOf(competitors));
            return results.stream().allMatch(result -> result.lost() == 0) ? 0 : 1;
        }
        Bench.run(workloads(), new BenchOptions(rows, shards, seconds, rate), System.out);
        return CommandLine.ExitCode.OK;
    }

    private Set<Workload> workloads() {
        if (workload.equals("all")) {
            return EnumSet.allOf(Workload.class);
        }
        for (Workload one : Workload.values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(workload)) {
                return EnumSet.of(one);
            }
        }
        throw new CommandLine.ParameterException(
                spec.commandLine(),
                "--workload = " + workload + ", legal drain | held | idle | insert | boundary | all | backlog");
    }
}
