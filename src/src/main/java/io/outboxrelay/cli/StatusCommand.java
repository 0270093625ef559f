package io.outboxrelay.cli;

import io.outboxrelay.demo.Terminal;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Tells in one look what is stuck, and why. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description =
                "Shows the cluster on one screen: nodes, outboxes, and the shards that do not get on, worst first,"
                        + " each with its reason. Asks a running node, any of them answers for all.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:nothing is stuck", "1:the node cannot be asked", "2:wrong usage", "3:something is stuck"})
final class StatusCommand implements Callable<Integer> {
    static final int STUCK = 3;
    private static final int MOST_TROUBLE = 20;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AskedNode node;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Override
    public Integer call() {
        ClusterStatus status = new AskedCluster(node.open().client()).status();
        if (out.isJson()) {
            out.document(status);
        } else {
            new StatusLines(Terminal.paint(), MOST_TROUBLE).of(status).forEach(out::line);
        }
        return exitCode(status);
    }

    static int exitCode(ClusterStatus status) {
        return status.well() ? CommandLine.ExitCode.OK : STUCK;
    }
}
