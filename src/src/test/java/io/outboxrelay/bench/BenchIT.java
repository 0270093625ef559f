package io.outboxrelay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.bench.Bench.Workload;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** That the benchmark runs and what it shows; never how fast. */
class BenchIT {

    @Test
    void everyWorkloadShowsItsTableAndItsRatios() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8)) {
            List<Ratio> ratios = Bench.run(EnumSet.allOf(Workload.class), new BenchOptions(3_000, 4, 1, 200), out);
            assertThat(ratios)
                    .hasSize(7)
                    .allSatisfy(ratio -> assertThat(ratio.value()).isPositive().isFinite())
                    .extracting(Ratio::name)
                    .doesNotHaveDuplicates();
        }
        List<String> lines = bytes.toString(StandardCharsets.UTF_8).lines().toList();
        for (String row : List.of(
                "bare COPY, round 1",
                "ring: read, acknowledge, round 1",
                "ring: read, acknowledge, round 5",
                "delete: read, delete",
                "ring, unheld",
                "ring, held",
                "delete, unheld",
                "delete, held",
                "quiet server, no sent rows",
                "others write, no sent rows",
                "quiet server, 3,000 sent rows",
                "others write, 3,000 sent rows",
                "primary key only",
                "outbox",
                "as read",
                "boundary first")) {
            assertThat(lines)
                    .filteredOn(line -> line.strip().startsWith(row + "  "))
                    .singleElement()
                    .satisfies(line -> assertThat(figures(line, row))
                            .allSatisfy(
                                    figure -> assertThat(figure).isNotNegative().isFinite())
                            .anySatisfy(figure -> assertThat(figure).isPositive()));
        }
    }

    private static List<Double> figures(String line, String row) {
        return Stream.of(line.strip().substring(row.length()).strip().split(" +"))
                .map(figure -> Double.valueOf(figure.replace(",", "")))
                .toList();
    }
}
