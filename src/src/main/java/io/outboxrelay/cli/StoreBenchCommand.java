package io.outboxrelay.cli;

import io.outboxrelay.bench.Bench;
import io.outboxrelay.bench.Bench.Workload;
import io.outboxrelay.bench.BenchOptions;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Measures the store alone; starts the server it needs itself. */
@Command(
        name = "store",
        mixinStandardHelpOptions = true,
        description = "Measures reading, acknowledging and writing, without Kafka, beside the alternatives.")
final class StoreBenchCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--workload",
            defaultValue = "all",
            description = "drain, held, idle, insert, boundary or all. Default: ${DEFAULT-VALUE}.")
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

    @Override
    public Integer call() throws Exception {
        if (rows < 1 || shards < 1 || shards > 1024 || seconds < 1 || rate < 10) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--rows = " + rows + ", legal from 1; --shards = " + shards + ", legal 1 to 1024; --seconds = "
                            + seconds + ", legal from 1; --rate = " + rate + ", legal from 10");
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
                "--workload = " + workload + ", legal drain | held | idle | insert | boundary | all");
    }
}
