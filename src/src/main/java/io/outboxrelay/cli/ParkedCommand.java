package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Shows events that were put aside, changes them and decides about them, over a running node. */
@Command(
        name = "parked",
        mixinStandardHelpOptions = true,
        description =
                "Events that were put aside: shows them, changes them, releases or skips them. Asks a running node;"
                        + " changes need management.allow-writes = true.",
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:done", "1:failed, or refused by the node", "2:wrong usage"},
        subcommands = {
            ParkedCommand.ListAll.class,
            ParkedCommand.Show.class,
            ParkedCommand.Release.class,
            ParkedCommand.Skip.class,
            ParkedEditCommand.class
        })
final class ParkedCommand implements Runnable {
    static final String PARKED = "parked";
    private static final String PAGE = "1000";

    @Spec
    @SuppressWarnings("NullAway.Init") // set by picocli
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "a command is missing: list, show, release, skip or edit");
    }

    /** What all of them are told. */
    abstract static class Asking implements Callable<Integer> {
        @Spec
        @SuppressWarnings("NullAway.Init") // set by picocli
        CommandSpec spec;

        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        ManagedOutbox outbox;

        @Option(names = "--json", description = "Print JSON instead of lines.")
        boolean json;

        ParkedPrinter printer() {
            return new ParkedPrinter(spec.commandLine().getOut(), json);
        }
    }

    /** All of them, page by page. */
    @Command(
            name = "list",
            mixinStandardHelpOptions = true,
            description = "Lists all events that were put aside: what each waits for, and why.")
    static final class ListAll extends Asking {
        @Override
        public Integer call() {
            ManagedOutbox.Asked asked = outbox.asked();
            try (ParkedPrinter printer = printer()) {
                printer.beginList();
                String after = "";
                do {
                    JsonNode page = asked.node().get(asked.path(PARKED), Map.of("limit", PAGE, "after", after));
                    page.path(PARKED).forEach(printer::item);
                    after = page.path("next").textValue();
                } while (after != null);
                printer.endList();
            }
            return CommandLine.ExitCode.OK;
        }
    }

    /** One of them. */
    @Command(name = "show", mixinStandardHelpOptions = true, description = "Shows one event that was put aside.")
    static final class Show extends Asking {
        @Parameters(paramLabel = "EVENT", description = "The event's id.")
        @SuppressWarnings("NullAway.Init") // required: set by picocli
        private String event;

        @Override
        public Integer call() {
            ManagedOutbox.Asked asked = outbox.asked();
            try (ParkedPrinter printer = printer()) {
                printer.one(asked.node().get(asked.path(PARKED, event)));
            }
            return CommandLine.ExitCode.OK;
        }
    }

    /** Decides about several, each by itself: one that is refused keeps no other from being done. */
    abstract static class Deciding extends Asking {
        @Mixin
        @SuppressWarnings("NullAway.Init") // set by picocli
        private JournalNote note;

        @Parameters(arity = "1..*", paramLabel = "EVENT", description = "Ids of events.")
        @SuppressWarnings("NullAway.Init") // required: set by picocli
        private List<String> events;

        Integer decide(String decision, String done) {
            ManagedOutbox.Asked asked = outbox.asked();
            int refused = 0;
            try (ParkedPrinter printer = printer()) {
                printer.beginList();
                for (String event : events) {
                    try {
                        JsonNode answer = asked.node().post(asked.path(PARKED, event, decision), note.with(Map.of()));
                        printer.decided(answer, done);
                    } catch (ManagementClient.RefusedByNode e) {
                        refused++;
                        spec.commandLine().getErr().println("error: " + ErrorLine.of(e));
                    }
                }
                printer.endList();
            }
            return refused == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    /** Tries them again. */
    @Command(
            name = "release",
            mixinStandardHelpOptions = true,
            description = "Tries events again, and whatever waits for them, in order.")
    static final class Release extends Deciding {
        @Override
        public Integer call() {
            return decide("release", "released");
        }
    }

    /** Gives them up. */
    @Command(
            name = "skip",
            mixinStandardHelpOptions = true,
            description = "Gives events up: they are never published. What waits for them goes on.")
    static final class Skip extends Deciding {
        @Override
        public Integer call() {
            return decide("skip", "skipped");
        }
    }
}
