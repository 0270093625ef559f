package io.outboxrelay.sandbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SandboxExitIT {
    @TempDir
    Path parent;

    @ParameterizedTest
    @ValueSource(strings = {"TERM", "INT"})
    void leavesNothingBehindWhenTheProgramIsTold(String signal) throws Exception {
        Process program = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-Xmx512m",
                        "-cp",
                        System.getProperty("java.class.path"),
                        SandboxUntilKilled.class.getName(),
                        parent.toString())
                .redirectErrorStream(true)
                .start();
        try (BufferedReader output = new BufferedReader(new InputStreamReader(program.getInputStream(), UTF_8))) {
            String[] ready = awaitReady(output);
            long postmaster = postmaster();

            new ProcessBuilder("sh", "-c", "kill -" + signal + " " + program.pid()).start();
            output.transferTo(Writer.nullWriter());

            assertThat(program.waitFor(60, TimeUnit.SECONDS)).isTrue();
            assertThat(parent).isEmptyDirectory();
            assertThat(LoopbackPort.isFree(Integer.parseInt(ready[1]))).isTrue();
            RunningProcesses.awaitEnd(postmaster);
        } finally {
            program.destroyForcibly();
        }
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
