package io.outboxrelay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** That the competitors which need no download run, and bring everything in order; never how fast. */
class BacklogBenchIT {

    @Test
    void everyCompetitorBringsEveryEventInOrder(@TempDir Path folder) throws Exception {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        List<BacklogResult> results = new BacklogBench(
                        20_000, 4, folder, new DebeziumServer.Unpacked(folder, folder), nowhere)
                .run(EnumSet.complementOf(EnumSet.of(Competitor.DEBEZIUM)));
        assertThat(results).hasSize(3).allSatisfy(result -> {
            assertThat(result.lost()).isZero();
            assertThat(result.duplicates()).isZero();
            assertThat(result.orderViolations()).isZero();
            assertThat(result.strange()).isZero();
            assertThat(result.ownCpu()).isPositive();
            assertThat(result.kafkaCpu()).isPositive();
            assertThat(result.rssMegabytes()).isPositive();
        });
    }
}
