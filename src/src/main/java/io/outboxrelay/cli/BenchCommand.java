package io.outboxrelay.cli;

import io.outboxrelay.bench.StoreBench;
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
        description = "Measures reading and acknowledging on this machine, beside what PostgreSQL itself can give.")
final class BenchCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(names = "--rows", defaultValue = "1000000", description = "Rows of backlog. Default: ${DEFAULT-VALUE}.")
    private int rows;

    @Option(names = "--shards", defaultValue = "16", description = "Shards. Default: ${DEFAULT-VALUE}.")
    private int shards;

    @Override
    public Integer call() throws Exception {
        if (rows < 1 || shards < 1 || shards > 1024) {
            throw new CommandLine.ParameterException(
                    spec.commandLine(),
                    "--rows = " + rows + ", legal from 1; --shards = " + shards + ", legal 1 to 1024");
        }
        new StoreBench(rows, shards, System.out).run();
        return CommandLine.ExitCode.OK;
    }
}
