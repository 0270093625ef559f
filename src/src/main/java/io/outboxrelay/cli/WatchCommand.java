package io.outboxrelay.cli;

import io.outboxrelay.demo.Redraw;
import io.outboxrelay.demo.Terminal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The status, again and again. */
@Command(
        name = "watch",
        mixinStandardHelpOptions = true,
        description = "Shows the status every second until Ctrl-C: redrawn on a terminal, a line each time elsewhere,"
                + " with --json a document on a line each time. A node that does not answer is asked again.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {
            "0:nothing was stuck at the last look",
            "1:the node could not be asked at the last look",
            "2:wrong usage",
            "3:something was stuck at the last look",
            "130:ended by Ctrl-C"
        })
final class WatchCommand implements Callable<Integer> {
    private static final int MOST_TROUBLE = 10;

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private AskedNode node;

    @Mixin
    @SuppressWarnings("NullAway.Init") // set by picocli
    private Output out;

    @Option(
            names = "--interval",
            paramLabel = "SECONDS",
            defaultValue = "1",
            description = "Time between two looks, 1 to 3600. Default: ${DEFAULT-VALUE}.")
    private int intervalSeconds;

    @Option(
            names = "--times",
            paramLabel = "N",
            defaultValue = "0",
            description = "End after so many looks; 0, the default, is never.")
    private long times;

    private final Redraw redraw = new Redraw();
    private final StatusLines lines = new StatusLines(Terminal.paint(), MOST_TROUBLE);

    @Override
    public Integer call() {
        if (intervalSeconds < 1 || intervalSeconds > 3600 || times < 0) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--interval = " + intervalSeconds + ", legal 1 to 3600; --times = " + times + ", legal from 0");
        }
        AskedCluster cluster = new AskedCluster(node.open().client());
        int exitCode = look(cluster);
        for (long looks = 1;
                (times == 0 || looks < times) && !Thread.currentThread().isInterrupted();
                looks++) {
            LockSupport.parkNanos(Duration.ofSeconds(intervalSeconds).toNanos());
            exitCode = look(cluster);
        }
        return exitCode;
    }

    private int look(AskedCluster cluster) {
        try {
            ClusterStatus status = cluster.status();
            show(status);
            return StatusCommand.exitCode(status);
        } catch (RuntimeException e) {
            if (Terminal.isLive() && !out.isJson()) {
                draw(List.of("error: " + ErrorLine.of(e)));
            } else {
                out.error(ErrorLine.of(e));
            }
            return CommandLine.ExitCode.SOFTWARE;
        }
    }

    private void show(ClusterStatus status) {
        if (out.isJson()) {
            out.documentLine(status);
        } else if (Terminal.isLive()) {
            draw(lines.of(status));
        } else {
            out.line(StatusLines.oneLine(status));
        }
    }

    private void draw(List<String> frame) {
        spec.commandLine().getOut().print(redraw.frame(frame));
        spec.commandLine().getOut().flush();
    }
}
