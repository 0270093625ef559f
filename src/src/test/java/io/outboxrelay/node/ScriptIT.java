package io.outboxrelay.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.settings.LoadedConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What users run: the script `relay`, as processes of their own, over the jar that was just packaged. */
class ScriptIT {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    /** What a container platform should grant at least. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void killWhatIsLeft() throws Exception {
        for (Process process : started) {
            process.destroyForcibly().waitFor();
        }
    }

    private Process relay(Path output, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(Path.of("..", "relay").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
        builder.environment().put("RELAY_SKIP_BUILD", "1");
        builder.environment().put("RELAY_JAVA_OPTS", "-Xmx512m");
        Process process = builder.start();
        started.add(process);
        return process;
    }

    @Test
    void theDemoEndsCleanAlthoughANodeIsKilled() throws Exception {
        Path output = folder.resolve("demo.txt");
        Process demo = relay(
                output,
                "demo",
                "--nodes=3",
                "--shards=4",
                "--rate=300",
                "--events=1500",
                "--kill-node-after=1s",
                "--keep-killed-down");
        boolean ended = demo.waitFor(LIMIT.toSeconds(), TimeUnit.SECONDS);
        String said = Files.readString(output);
        assertThat(ended).as(said).isTrue();
        assertThat(said)
                .containsPattern("(?m)^ events committed +1,500 ")
                .containsPattern("(?m)^ lost +0$")
                .containsPattern("(?m)^ rolled back, published +0$")
                .containsPattern("(?m)^ order violations +0$")
                .containsPattern("(?m)^ failover +[0-9.]+ s ");
        assertThat(demo.exitValue()).as(said).isZero();
    }

    @Test
    void aNodeThatIsToldToStopHandsItsShardsOverAndExitsWithZero() throws Exception {
        try (Shop shop = new Shop(folder)) {
            Path firstFile = shop.config();
            Path secondFile = shop.config();
            LoadedConfig second = LoadedConfig.load(secondFile);
            shop.migrate(second);
            Path log = folder.resolve("first.log");
            Process first = relay(log, "node", "--config", firstFile.toString());
            relay(folder.resolve("second.log"), "node", "--config", secondFile.toString());
            shop.awaitOwners(second, 2);
            shop.writeRound();

            first.destroy(); // SIGTERM
            long told = System.nanoTime();
            while (first.isAlive() && System.nanoTime() - told < STOP_LIMIT.toNanos()) {
                shop.writeRound();
            }

            assertThat(first.isAlive()).as("the node still runs").isFalse();
            assertThat(first.exitValue()).as(Files.readString(log)).isZero();
            shop.awaitOwners(second, 1);
            shop.writeRound();
            shop.assertExactlyWhatWasWritten();
        }
    }
}
