package io.outboxrelay.cli;

import io.outboxrelay.node.Node;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Runs one node of the relay cluster until it is told to stop. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = "Runs one node. To add a node to a cluster, start it with the same database.")
final class NodeCommand implements Callable<Integer> {

    @Option(names = "--config", required = true, paramLabel = "FILE", description = "HOCON configuration of the node.")
    @SuppressWarnings("NullAway.Init") // required: set by picocli
    private Path config;

    @Option(
            names = "--while-pid",
            hidden = true,
            paramLabel = "PID",
            description = "Stop when that process ends: a demo that is killed leaves no node behind.")
    @Nullable
    private Long whilePid;

    @Override
    public Integer call() throws Exception {
        if (whilePid != null) {
            exitWith(whilePid);
        }
        return Node.run(config);
    }

    private static void exitWith(long pid) {
        Thread watch = new Thread(
                () -> {
                    ProcessHandle.of(pid).ifPresent(process -> process.onExit().join());
                    System.exit(CommandLine.ExitCode.SOFTWARE);
                },
                "watch-pid-" + pid);
        watch.setDaemon(true);
        watch.start();
    }
}
