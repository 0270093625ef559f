package io.outboxrelay.cli;

import io.outboxrelay.settings.EffectiveSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.SettingsException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Looks at a configuration without starting anything. */
@Command(
        name = "config",
        mixinStandardHelpOptions = true,
        description = "Looks at a configuration, starts nothing and connects to nothing.",
        subcommands = {ConfigCommand.Check.class, ConfigCommand.Show.class})
final class ConfigCommand implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: check or show");
    }

    /** Which configuration. */
    private static final class Given {
        @Option(
                names = "--config",
                required = true,
                paramLabel = "FILE",
                description = "HOCON configuration of a node.")
        @SuppressWarnings("NullAway.Init") // required: set by picocli
        private Path config;
    }

    /** Says all that is wrong. */
    @Command(
            name = "check",
            mixinStandardHelpOptions = true,
            description = "Names every problem of a configuration at once: path, value, where it stands, and what is"
                    + " legal.",
            exitCodeListHeading = "Exit codes:%n",
            exitCodeList = {"0:it can be used", "1:it cannot", "2:wrong usage"})
    static final class Check implements Callable<Integer> {
        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Given given;

        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Output out;

        /** What was found. */
        private record Checked(boolean well, List<String> problems) {}

        @Override
        public Integer call() {
            List<String> problems = problems();
            if (out.isJson()) {
                out.document(new Checked(problems.isEmpty(), problems));
            } else if (problems.isEmpty()) {
                out.line(given.config + " can be used");
            } else {
                problems.forEach(out::line);
            }
            return problems.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }

        private List<String> problems() {
            try {
                LoadedConfig.load(given.config);
                return List.of();
            } catch (SettingsException e) {
                return e.problems();
            }
        }
    }

    /** Shows what counts. */
    @Command(
            name = "show",
            mixinStandardHelpOptions = true,
            description = "Shows the settings that were set, by the file or the environment, each with where it comes"
                    + " from. Secrets are shown as ***.",
            exitCodeListHeading = "Exit codes:%n",
            exitCodeList = {"0:done", "1:the configuration cannot be used", "2:wrong usage"})
    static final class Show implements Callable<Integer> {
        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Given given;

        @Option(names = "--defaults", description = "Show those too that nobody has set.")
        private boolean defaults;

        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private Output out;

        @Override
        public Integer call() {
            List<EffectiveSettings.Entry> entries = EffectiveSettings.of(given.config, System.getenv()).stream()
                    .filter(entry -> defaults || !entry.byDefault())
                    .toList();
            if (out.isJson()) {
                out.document(entries);
            } else {
                entries.forEach(entry -> out.line(entry.path() + " = " + entry.value() + "   # " + entry.origin()));
            }
            return CommandLine.ExitCode.OK;
        }
    }
}
