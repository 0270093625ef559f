package io.outboxrelay.cli;

import io.outboxrelay.bench.contest.Competitor;
import io.outboxrelay.bench.contest.Contest;
import io.outboxrelay.bench.contest.ContestOptions;
import io.outboxrelay.bench.contest.DebeziumServer;
import io.outboxrelay.bench.contest.Outcome;
import io.outboxrelay.bench.contest.Workload;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures on this machine, beside the alternatives; starts the servers it needs itself. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Measures on this machine what the relay and its alternatives bring from PostgreSQL to Kafka, each in"
                        + " turn on servers of its own, and writes a report.",
        subcommands = StoreBenchCommand.class)
final class BenchCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Parameters(
            arity = "1..*",
            paramLabel = "WORKLOAD",
            description = "backlog, steady, idle, held, crash, scale, keys, payload or all.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private List<String> workloads;

    @Option(
            names = "--rows",
            split = ",",
            defaultValue = "1000000",
            description = "Sizes of backlogs; all but backlog take the first. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private List<Integer> rows;

    @Option(
            names = "--rates",
            split = ",",
            defaultValue = "500,2000,5000,10000",
            description = "Events per second of steady; held and crash take the second. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private List<Integer> rates;

    @Option(
            names = "--seconds",
            defaultValue = "60",
            description = "How long steady, idle and crash are measured. Default: ${DEFAULT-VALUE}.")
    private int seconds;

    @Option(
            names = "--held-seconds",
            defaultValue = "180",
            description = "How long the snapshot of held is held. Default: ${DEFAULT-VALUE}.")
    private int heldSeconds;

    @Option(names = "--shards", defaultValue = "16", description = "Shards. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Option(
            names = "--competitors",
            split = ",",
            description = "Who takes part: ${COMPLETION-CANDIDATES}. Default: all that can be started.")
    @Nullable
    private List<Competitor> competitors;

    @Option(
            names = "--debezium",
            paramLabel = "FOLDER",
            defaultValue = "debezium-server",
            description = "Where Debezium Server was unpacked. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path debezium;

    @Option(
            names = "--debezium-java",
            paramLabel = "FOLDER",
            defaultValue = "${sys:java.home}",
            description = "The Java that runs Debezium Server; version 3 needs 21 or later. Default: ${DEFAULT-VALUE}.")
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Path debeziumJava;

    @Option(
            names = "--report",
            paramLabel = "FOLDER",
            description =
                    "Where report.md, report.json, plots and logs go. Default: a new folder among temporary files.")
    @Nullable
    private Path folder;

    @Override
    public Integer call() throws Exception {
        Set<Workload> wanted = workloads();
        validate();
        DebeziumServer.Unpacked server =
                new DebeziumServer.Unpacked(debezium.toAbsolutePath(), debeziumJava.toAbsolutePath());
        Path report = folder == null
                ? Files.createTempDirectory("outbox-relay-bench-")
                : Files.createDirectories(folder.toAbsolutePath());
        ContestOptions options =
                new ContestOptions(rows, rates, seconds, heldSeconds, shards, participants(server), server, report);
        List<Outcome> outcomes = new Contest(options, System.out).run(wanted);
        return outcomes.stream().allMatch(Outcome::clean) ? 0 : 1;
    }

    private Set<Workload> workloads() {
        Set<Workload> wanted = EnumSet.noneOf(Workload.class);
        for (String name : workloads) {
            if (name.equals("all")) {
                wanted.addAll(EnumSet.allOf(Workload.class));
            } else {
                wanted.add(workload(name));
            }
        }
        return wanted;
    }

    private Workload workload(String name) {
        for (Workload one : Workload.values()) {
            if (one.name().toLowerCase(Locale.ROOT).equals(name)) {
                return one;
            }
        }
        throw new ParameterException(
                spec.commandLine(),
                "WORKLOAD = " + name + ", legal backlog | steady | idle | held | crash | scale | keys | payload | all");
    }

    private void validate() {
        require(rows.stream().allMatch(count -> count >= 1), "--rows = " + rows + ", legal from 1");
        require(rates.stream().allMatch(rate -> rate >= 1), "--rates = " + rates + ", legal from 1");
        require(seconds >= 1, "--seconds = " + seconds + ", legal from 1");
        require(heldSeconds >= 1, "--held-seconds = " + heldSeconds + ", legal from 1");
        require(shards >= 1 && shards <= 1024, "--shards = " + shards + ", legal 1 to 1024");
    }

    private void require(boolean legal, String problem) {
        if (!legal) {
            throw new ParameterException(spec.commandLine(), problem);
        }
    }

    private Set<Competitor> participants(DebeziumServer.Unpacked server) throws Exception {
        if (competitors != null) {
            return EnumSet.copyOf(competitors);
        }
        Set<Competitor> all = EnumSet.allOf(Competitor.class);
        if (!DebeziumServer.isIn(server)) {
            System.err.println("without Debezium Server: there is none in " + server.home() + " (--debezium)");
            all.removeIf(Competitor::isDebezium);
        }
        return all;
    }
}
