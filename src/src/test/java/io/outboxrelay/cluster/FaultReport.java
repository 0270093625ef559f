package io.outboxrelay.cluster;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.demo.Audit.Judgement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What was done to clusters and what came of it: one line of JSON per fault and per leg, in a file that the next run
 * goes on with.
 */
final class FaultReport {
    private final ObjectMapper json = new ObjectMapper();
    private final Path file;
    private final List<Line> lines = new ArrayList<>();

    /**
     * A fault, or, without one, the judgement over its leg.
     *
     * @param recoveredMillis from the fault until all shards relayed on nodes that run
     * @param longestWaitMillis of an event on its way to the consumer, from the fault until its successor
     * @param repeated records that arrived again
     * @param allowed how many of them might
     */
    record Line(
            long seed,
            int leg,
            @Nullable ClusterFault fault,
            long recoveredMillis,
            long longestWaitMillis,
            long repeated,
            long allowed,
            long committed,
            long lost,
            long phantoms,
            long reordered) {}

    private FaultReport(Path file) {
        this.file = file;
    }

    /** Reads what earlier runs wrote, if there is something. */
    static FaultReport open(Path file) throws IOException {
        FaultReport report = new FaultReport(file);
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file)) {
                report.lines.add(report.json.readValue(line, Line.class));
            }
        }
        return report;
    }

    /** Legs of this seed that were judged; what was done in one that was not is not counted. */
    int legsOf(long seed) {
        return (int) judged().stream().filter(line -> line.seed() == seed).count();
    }

    void add(
            long seed,
            int leg,
            ClusterFault fault,
            Duration recovered,
            Duration longestWait,
            long repeated,
            long allowed)
            throws IOException {
        write(new Line(seed, leg, fault, recovered.toMillis(), longestWait.toMillis(), repeated, allowed, 0, 0, 0, 0));
    }

    void judge(long seed, int leg, Judgement found, long allowed) throws IOException {
        write(new Line(
                seed,
                leg,
                null,
                0,
                0,
                found.duplicates(),
                allowed,
                found.committed(),
                found.lost(),
                found.phantoms() + found.malformed(),
                found.reordered()));
    }

    private void write(Line line) throws IOException {
        lines.add(line);
        Files.writeString(file, toJson(line) + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private String toJson(Line line) throws JsonProcessingException {
        return json.writeValueAsString(line);
    }

    private List<Line> judged() {
        return lines.stream().filter(line -> line.fault() == null).toList();
    }

    private List<Line> of(ClusterFault fault) {
        return lines.stream().filter(line -> line.fault() == fault).toList();
    }

    /** The table, and the sums over all legs that were judged. */
    @Override
    public String toString() {
        StringBuilder table = new StringBuilder(
                row("fault", "times", "recovered p50", "p99", "max", "wait max", "repeats", "allowed"));
        for (ClusterFault fault : ClusterFault.values()) {
            List<Line> done = of(fault);
            if (!done.isEmpty()) {
                long[] recovered =
                        done.stream().mapToLong(Line::recoveredMillis).sorted().toArray();
                long wait =
                        done.stream().mapToLong(Line::longestWaitMillis).max().orElse(0);
                table.append(row(
                        fault.name(),
                        done.size(),
                        seconds(percentile(recovered, 0.5)),
                        seconds(percentile(recovered, 0.99)),
                        seconds(percentile(recovered, 1)),
                        seconds(wait),
                        sum(done, Line::repeated),
                        sum(done, Line::allowed)));
            }
        }
        List<Line> legs = judged();
        return table
                + String.format(
                        Locale.ROOT,
                        "%d legs judged: %,d events committed, lost %d, phantoms %d, reordered %d, repeated %d of %d allowed%n",
                        legs.size(),
                        sum(legs, Line::committed),
                        sum(legs, Line::lost),
                        sum(legs, Line::phantoms),
                        sum(legs, Line::reordered),
                        sum(legs, Line::repeated),
                        sum(legs, Line::allowed));
    }

    private static long sum(List<Line> lines, ToLongFunction<Line> field) {
        return lines.stream().mapToLong(field).sum();
    }

    /** Nearest rank. */
    static long percentile(long[] sorted, double part) {
        return sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
    }

    private static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.1f s", millis / 1e3);
    }

    private static String row(Object... cells) {
        StringBuilder row = new StringBuilder(String.format("%-18s", cells[0]));
        Arrays.stream(cells).skip(1).forEach(cell -> row.append(String.format("%15s", cell)));
        return row.append(System.lineSeparator()).toString();
    }
}
