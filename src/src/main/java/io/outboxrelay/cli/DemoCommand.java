package io.outboxrelay.cli;

import io.outboxrelay.demo.Demo;
import io.outboxrelay.demo.DemoSettings;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;

/** Shows the whole system at work on this machine. */
@Command(
        name = "demo",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Starts PostgreSQL, Kafka and a cluster of relay nodes on this machine, runs a small shop against them"
                        + " and checks every record that arrives. Needs nothing installed, leaves nothing behind."
                        + " Exit code 0 only if nothing was lost, invented, reordered, or repeated without a reason.")
final class DemoCommand implements Callable<Integer> {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--events",
            paramLabel = "N",
            defaultValue = "0",
            description = "Stop writing after N committed events, wait for the last one, print the verdict."
                    + " 0 runs until Ctrl-C (default).")
    private long events;

    @Option(
            names = "--rate",
            paramLabel = "N",
            defaultValue = "500",
            description = "Committed events per second; 0 is as fast as it can (default: ${DEFAULT-VALUE}).")
    private int rate;

    @Option(
            names = "--kill-node-after",
            paramLabel = "TIME",
            converter = Time.class,
            description = "kill -9 the node with most shards that long after the first write: 10s, 500ms, 1m.")
    @Nullable
    private Duration killNodeAfter;

    @Option(names = "--keep-killed-down", description = "Do not start the killed node again.")
    private boolean keepKilledDown;

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "3",
            description = "Relay nodes, 1 to 9 (default: ${DEFAULT-VALUE}).")
    private int nodes;

    @Option(
            names = "--shards",
            paramLabel = "N",
            defaultValue = "16",
            description = "Shards, 1 to 1024 (default: ${DEFAULT-VALUE}).")
    private int shards;

    @Option(names = "--keep-data", description = "Leave the temporary folder with the nodes' logs and configurations.")
    private boolean keepData;

    @Override
    public Integer call() throws Exception {
        return new Demo(settings(), System.out).run();
    }

    private DemoSettings settings() {
        try {
            return new DemoSettings(
                    events, rate, nodes, shards, Optional.ofNullable(killNodeAfter), keepKilledDown, keepData);
        } catch (IllegalArgumentException outOfRange) {
            throw new ParameterException(spec.commandLine(), String.valueOf(outOfRange.getMessage()), outOfRange);
        }
    }

    /** A number with its unit: ms, s or m. */
    static final class Time implements ITypeConverter<Duration> {
        private static final Pattern FORM = Pattern.compile("(\\d{1,9})\\s*(ms|s|m)");

        @Override
        public Duration convert(String text) {
            Matcher matcher = FORM.matcher(text.strip().toLowerCase(Locale.ROOT));
            if (!matcher.matches()) {
                throw new TypeConversionException("'" + text + "', legal: a number with ms, s or m, for example 10s");
            }
            long number = Long.parseLong(matcher.group(1));
            return switch (matcher.group(2)) {
                case "ms" -> Duration.ofMillis(number);
                case "s" -> Duration.ofSeconds(number);
                default -> Duration.ofMinutes(number);
            };
        }
    }
}
