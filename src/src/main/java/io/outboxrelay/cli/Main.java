package io.outboxrelay.cli;

import io.outboxrelay.node.Node;
import io.outboxrelay.node.NodeRefused;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/**
 * The entry point. Exit codes: 0 done, 1 failed, 2 wrong usage; of a node also 3 removed from the cluster, 4 refused by
 * it.
 */
@Command(
        name = "relay",
        description = "Relays what services committed to their outbox tables to Kafka: all of it, in order.",
        mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class,
        subcommands = {
            NodeCommand.class,
            MigrateCommand.class,
            DoctorCommand.class,
            StatusCommand.class,
            ShardsCommand.class,
            WatchCommand.class,
            ShardChange.Pause.class,
            ShardChange.Resume.class,
            ShardChange.Restart.class,
            MoveCommand.class,
            DrainCommand.class,
            HistoryCommand.class,
            ConfigCommand.class,
            ReshardCommand.class,
            ParkedCommand.class,
            ReplayCommand.class,
            VerifyCommand.class,
            DemoCommand.class,
            BenchCommand.class,
            AutoComplete.GenerateCompletion.class
        })
public final class Main implements Runnable {

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Show stack traces, not only the message of an error.")
    private boolean verbose;

    private Main() {}

    public static void main(String[] args) {
        System.exit(commandLine().execute(args));
    }

    /** The whole command line, ready to execute. */
    static CommandLine commandLine() {
        Main main = new Main();
        return new CommandLine(main)
                .setExecutionExceptionHandler((failure, command, parsed) -> main.failed(failure, command))
                .setParameterExceptionHandler((wrong, arguments) -> misused(wrong));
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing");
    }

    private int failed(Exception failure, CommandLine command) {
        command.getErr().println("error: " + ErrorLine.of(failure));
        if (verbose) {
            failure.printStackTrace(command.getErr());
        }
        return exitCode(failure);
    }

    static int exitCode(Exception failure) {
        return failure instanceof NodeRefused ? Node.EXIT_REFUSED : CommandLine.ExitCode.SOFTWARE;
    }

    private static int misused(ParameterException wrong) {
        CommandLine command = wrong.getCommandLine();
        command.getErr().println("error: " + ErrorLine.of(wrong));
        command.getErr()
                .println("See '" + command.getCommandSpec().qualifiedName() + " --help' for what can be said here.");
        return CommandLine.ExitCode.USAGE;
    }

    /** The version the jar was built as. */
    static final class Version implements CommandLine.IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"outbox-relay " + (version == null ? "(not from a jar)" : version)};
        }
    }
}
