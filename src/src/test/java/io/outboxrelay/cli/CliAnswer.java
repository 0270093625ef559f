package io.outboxrelay.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import picocli.CommandLine;

/** What the command line says, for tests of other packages. */
public record CliAnswer(int code, String out, String err) {

    /** Runs a command in this JVM. */
    public static CliAnswer of(String... command) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Main.commandLine();
        line.setOut(new PrintWriter(out, true));
        line.setErr(new PrintWriter(err, true));
        return new CliAnswer(line.execute(command), out.toString(), err.toString());
    }
}
