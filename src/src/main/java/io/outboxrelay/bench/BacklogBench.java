package io.outboxrelay.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** A backlog brought to Kafka by one competitor after the other, each on servers of its own, all with the same check. */
public final class BacklogBench {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final int STOP_SECONDS = 30;

    private final int rows;
    private final int shards;
    private final Path folder;
    private final DebeziumServer.Unpacked debezium;
    private final Report report;

    /** @param debezium looked at only if it takes part */
    public BacklogBench(int rows, int shards, Path folder, DebeziumServer.Unpacked debezium, PrintStream out) {
        this.rows = rows;
        this.shards = shards;
        this.folder = folder;
        this.debezium = debezium;
        this.report = new Report(out);
    }

    /** Prints as it goes. */
    public List<BacklogResult> run(Set<Competitor> competitors) throws Exception {
        report.heading("backlog: %,d rows from PostgreSQL to Kafka, %d shards", rows, shards);
        report.columns(
                "",
                "events/s",
                "start s",
                "CPU s per million",
                "PostgreSQL",
                "Kafka",
                "RSS MB",
                "lost",
                "duplicates",
                "out of order",
                "strange");
        List<BacklogResult> results = new ArrayList<>();
        for (Competitor competitor : competitors) {
            BacklogResult result = measured(competitor);
            results.add(result);
            print(result);
        }
        return results;
    }

    private BacklogResult measured(Competitor competitor) throws Exception {
        try (Arena arena = Arena.start(shards)) {
            competitor.prepare(arena);
            BenchServer database = arena.database();
            database.fill(competitor.table(), rows);
            database.execute("vacuum analyze " + competitor.table());
            database.execute("checkpoint");
            Path own = Files.createDirectories(folder.resolve(competitor.name()));
            CpuMeter postgres = new CpuMeter(database.postmaster());
            CpuMeter kafka = new CpuMeter(arena.brokerPid());
            long began = System.currentTimeMillis();
            Process process = competitor.start(arena, shards, own, debezium);
            try (Arrival arrival = new Arrival(arena.brokers(), rows)) {
                arrival.await(PATIENCE, process::isAlive);
                requireAlive(process, competitor, own.resolve("log"));
                double ownCpu = CpuMeter.totalOf(process.pid());
                double rss = residentMegabytes(process.pid());
                double postgresCpu = postgres.secondsSinceStart();
                double kafkaCpu = kafka.secondsSinceStart();
                stop(process);
                arrival.readRest();
                EventCheck check = arrival.check();
                return new BacklogResult(
                        competitor.title(),
                        rows,
                        arrival.seconds(),
                        (arrival.firstMillis() - began) / 1e3,
                        ownCpu,
                        postgresCpu,
                        kafkaCpu,
                        rss,
                        check.lost(),
                        check.duplicates(),
                        check.orderViolations(),
                        check.strange());
            } finally {
                process.destroyForcibly();
            }
        }
    }

    private static void requireAlive(Process process, Competitor competitor, Path log) throws IOException {
        if (!process.isAlive()) {
            throw new IOException(
                    competitor.title() + " ended early with exit code " + process.exitValue() + "; its log: " + log);
        }
    }

    private static void stop(Process process) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
        }
    }

    /** VmHWM of proc(5), which is in KiB. */
    private static double residentMegabytes(long pid) {
        try {
            return Files.readAllLines(Path.of("/proc", Long.toString(pid), "status")).stream()
                    .filter(line -> line.startsWith("VmHWM:"))
                    .mapToDouble(line -> Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024)
                    .findFirst()
                    .orElse(0);
        } catch (IOException ended) {
            return 0;
        }
    }

    private void print(BacklogResult result) {
        report.row(
                result.name(),
                result.perSecond(),
                result.startSeconds(),
                result.perMillion(result.ownCpu()),
                result.perMillion(result.postgresCpu()),
                result.perMillion(result.kafkaCpu()),
                result.rssMegabytes(),
                result.lost(),
                result.duplicates(),
                result.orderViolations(),
                result.strange());
    }
}
