package io.outboxrelay.cli;

import io.outboxrelay.node.Node;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs one node of the relay cluster until it is told to stop. */
@Command(
        name = "node",
        mixinStandardHelpOptions = true,
        description = "Runs one node. To add a node to a cluster, start it with the same database.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:it was told to stop, handed everything over and left",
            "1:it could not start",
            "2:wrong usage",
            "3:the cluster removed it, or it found itself in a minority",
            "4:it does not fit the cluster"
        })
final class NodeCommand implements Callable<Integer> {

    /** Read by logback.xml, which would be silent about any other value, and from then on. */
    private static final String LOG_FORMAT = "RELAY_LOG_FORMAT";

    private static final Set<String> LOG_FORMATS = Set.of("text", "json");

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

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
        checkLogFormat(System.getenv().getOrDefault(LOG_FORMAT, "text"));
        if (whilePid != null) {
            exitWith(whilePid);
        }
        return Node.run(config);
    }

    private void checkLogFormat(String format) {
        if (!LOG_FORMATS.contains(format)) {
            throw new ParameterException(
                    spec.commandLine(), LOG_FORMAT + " = '" + format + "', legal: text, json (or not to set it)");
        }
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
