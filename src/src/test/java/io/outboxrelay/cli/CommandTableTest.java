package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

/** What is written about the commands, and what there is. */
class CommandTableTest {
    private static final Pattern ROW = Pattern.compile("\\| `relay ([a-z -]+)` \\| ([^|]*) \\| ([^|]*) \\|");

    /** Those that do something themselves. */
    private static void commands(CommandLine line, Set<String> names) {
        String name = line.getCommandSpec().qualifiedName();
        assertThat(line.getCommandSpec().usageMessage().description())
                .as(name + " has a description")
                .isNotEmpty();
        line.getCommandSpec()
                .options()
                .forEach(option -> assertThat(option.description())
                        .as(name + " " + option.longestName())
                        .isNotEmpty());
        if (line.getSubcommands().isEmpty() || line.getCommand() instanceof Callable) {
            names.add(name.substring("relay ".length()));
        }
        line.getSubcommands().values().forEach(sub -> commands(sub, names));
    }

    /** Tests run in the module's folder or above it. */
    private static String operations() throws IOException {
        Path here = Path.of("docs/operations.md");
        return Files.readString(Files.exists(here) ? here : Path.of("..").resolve(here));
    }

    @Test
    void theTableNamesEveryCommandAndNoOtherWithItsExitCodes() throws IOException {
        Set<String> there = new TreeSet<>();
        commands(Main.commandLine(), there);
        Set<String> written = new TreeSet<>();
        Matcher row = ROW.matcher(operations());
        while (row.find()) {
            written.add(row.group(1));
            assertThat(row.group(3)).as("exit codes of " + row.group(1)).contains("0");
        }
        assertThat(written).isEqualTo(there);
    }

    @Test
    void theCompletionKnowsTheCommands() {
        StringWriter out = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        assertThat(line.execute("generate-completion")).isZero();
        for (String command : List.of("status", "parked", "--shard", "--config")) {
            assertThat(out.toString()).contains(command);
        }
    }
}
