package io.outboxrelay.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.node.NodeRefused;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class MainTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    private int run(String... arguments) {
        CommandLine command = Main.commandLine();
        command.setOut(new PrintWriter(out, true));
        command.setErr(new PrintWriter(err, true));
        return command.execute(arguments);
    }

    @Test
    void helpAndVersionSucceed() {
        assertThat(run("--help")).isZero();
        assertThat(run("--version")).isZero();
        assertThat(out.toString()).contains("node", "migrate", "doctor", "demo", "outbox-relay");
    }

    @Test
    void everyCommandHasHelp() {
        assertThat(run("node", "--help")).isZero();
        assertThat(run("migrate", "--help")).isZero();
        assertThat(run("doctor", "--help")).isZero();
        assertThat(run("demo", "--help")).isZero();
        assertThat(out.toString())
                .contains("--config=FILE", "--kill-node-after=TIME")
                .doesNotContain("--while-pid");
    }

    @Test
    void wrongUsageIsExitCodeTwoAndSaysWhereToLook() {
        assertThat(run()).isEqualTo(2);
        assertThat(run("nodes")).isEqualTo(2);
        assertThat(run("node")).isEqualTo(2);
        assertThat(err.toString()).contains("error: a command is missing", "See 'relay node --help'");
    }

    @Test
    void aNodeThatTheClusterRefusedHasAnExitCodeOfItsOwn() {
        assertThat(Main.exitCode(new NodeRefused(new IllegalStateException("other table"))))
                .isEqualTo(4);
        assertThat(Main.exitCode(new IllegalStateException("no table"))).isEqualTo(1);
    }

    @Test
    void anIllegalDemoOptionNamesTheRange() {
        assertThat(run("demo", "--nodes", "12")).isEqualTo(2);
        assertThat(run("demo", "--kill-node-after", "soon")).isEqualTo(2);
        assertThat(err.toString())
                .contains("error: --nodes = 12, legal: 1 to 9")
                .contains("'soon', legal: a number with ms, s or m");
    }

    @Test
    void aFailureIsOneLineWithoutStackTrace(@TempDir Path folder) {
        assertThat(run("migrate", "--config", folder.resolve("absent.conf").toString()))
                .isEqualTo(1);
        assertThat(err.toString().lines())
                .singleElement()
                .asString()
                .startsWith("error: ")
                .contains("absent.conf");
    }

    @Test
    void verboseAddsTheStackTrace(@TempDir Path folder) {
        assertThat(run(
                        "migrate",
                        "--verbose",
                        "--config",
                        folder.resolve("absent.conf").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("\tat io.outboxrelay.");
    }

    @Test
    void aMessageOfSeveralLinesBecomesOne() {
        assertThat(ErrorLine.of(new IllegalStateException("first\n  second\n"))).isEqualTo("first; second");
        assertThat(ErrorLine.of(new IllegalStateException())).isEqualTo("IllegalStateException");
    }
}
