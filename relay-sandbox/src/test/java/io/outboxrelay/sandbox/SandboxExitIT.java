package io.outboxrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxExitIT {
    @TempDir
    Path parent;

    /** TERM and not INT, which a program started in the background inherits as ignored. */
    @Test
    void leavesNothingBehindWhenTheProgramIsTold() throws Exception {
        Process program = startProgram();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8))) {
            String[] ready = awaitReady(output);
            long postmaster = postmaster();

            program.toHandle().destroy(); // the process alone would lose its output

            assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(parent).isEmptyDirectory();
            assertThat(LoopbackPort.isFree(Integer.parseInt(ready[1]))).isTrue();
            RunningProcesses.awaitEnd(postmaster);
        } finally {
            program.destroyForcibly();
        }
    }

    @Test
    void leavesNothingBehindWhenTheProgramIsToldWhileItStarts() throws Exception {
        Process program = startProgram();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8))) {
            await().atMost(Duration.ofSeconds(60))
                    .untilAsserted(() -> assertThat(parent).isNotEmptyDirectory());

            program.toHandle().destroy(); // the process alone would lose its output
            output.transferTo(Writer.nullWriter());

            assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(parent).isEmptyDirectory();
        } finally {
            program.destroyForcibly();
        }
    }

    private Process startProgram() throws IOException {
        return new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SandboxUntilKilled.class.getName(),
                        parent.toString())
                .redirectErrorStream(true)
                .start();
    }

    private static String[] awaitReady(BufferedReader output) throws IOException {
        StringBuilder seen = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.startsWith("READY ")) {
                return line.split(" ");
            }
            seen.append(line).append('\n');
        }
        throw new AssertionError("the program ended before it was ready:\n" + seen);
    }

    private long postmaster() throws IOException {
        try (Stream<Path> folders = Files.list(parent)) {
            return folders.flatMap(folder -> Postmaster.of(folder.resolve("data")).stream())
                    .findFirst()
                    .orElseThrow()
                    .pid();
        }
    }
}
