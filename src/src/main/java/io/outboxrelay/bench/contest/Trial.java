package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.BenchServer;
import io.outboxrelay.bench.CpuMeter;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** One competitor on servers of its own, with meters on all processes that take part. */
final class Trial implements AutoCloseable {
    private static final int STOP_SECONDS = 30;

    private final Competitor competitor;
    private final Arena arena;
    private final Commands commands;
    private final Path folder;
    private final List<Process> processes = new ArrayList<>();
    private final long began = System.nanoTime();

    private Trial(Competitor competitor, Arena arena, Commands commands, Path folder) {
        this.competitor = competitor;
        this.arena = arena;
        this.commands = commands;
        this.folder = folder;
    }

    /** Starts the servers and makes what the competitor needs; the competitor itself is started by {@link #start}. */
    static Trial open(Competitor competitor, ContestOptions options, int shards, int events, int payloadBytes)
            throws SQLException, IOException {
        Arena arena = Arena.start(shards);
        try {
            competitor.prepare(arena);
            Path folder = Files.createTempDirectory(options.folder(), competitor.name() + "-");
            return new Trial(
                    competitor, arena, new Commands(arena, shards, events, payloadBytes, options.debezium()), folder);
        } catch (SQLException | IOException | RuntimeException e) {
            arena.close();
            throw e;
        }
    }

    BenchServer database() {
        return arena.database();
    }

    String brokers() {
        return arena.brokers();
    }

    /** Where the log of its n-th process is. */
    Path log(int n) {
        return folder.resolve(Integer.toString(n)).resolve("log");
    }

    /** The folder of its n-th process. */
    Path folder(int n) {
        return folder.resolve(Integer.toString(n));
    }

    /** Starts so many processes, or starts them again. */
    void start(int count) throws IOException {
        processes.clear();
        for (int n = 0; n < count; n++) {
            Path own = Files.createDirectories(folder(n));
            File log = log(n).toFile();
            processes.add(commands.of(competitor, own)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .start());
        }
    }

    boolean isAlive() {
        return processes.stream().allMatch(Process::isAlive);
    }

    /**
     * Of all processes.
     *
     * @throws IOException if one has ended
     */
    void requireAlive() throws IOException {
        for (int n = 0; n < processes.size(); n++) {
            if (!processes.get(n).isAlive()) {
                throw new IOException(competitor.title() + " ended early with exit code "
                        + processes.get(n).exitValue() + "; its log: " + log(n));
            }
        }
    }

    /** SIGKILL to all, and returns when they are gone. */
    void kill() throws InterruptedException {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
    }

    /** As an operator stops it. */
    void stop() throws InterruptedException {
        processes.forEach(Process::destroy);
        for (Process process : processes) {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        }
    }

    /** Returns when all have ended by themselves. */
    void awaitEnd() throws InterruptedException {
        for (Process process : processes) {
            process.waitFor();
        }
    }

    Reading read() throws SQLException {
        BenchServer database = arena.database();
        return new Reading(
                (System.nanoTime() - began) / 1e9,
                processes.stream()
                        .mapToDouble(process -> CpuMeter.totalOf(process.pid()))
                        .sum(),
                CpuMeter.totalOf(database.postmaster()),
                CpuMeter.totalOf(arena.brokerPid()),
                database.number("select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"),
                database.number(
                        "select xact_commit + xact_rollback from pg_stat_database where datname = current_database()"));
    }

    /** Most memory that all its processes together had resident, MB: VmHWM of proc(5), which is in KiB. */
    double residentMegabytes() {
        return processes.stream()
                .mapToDouble(process -> residentMegabytes(process.pid()))
                .sum();
    }

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

    @Override
    public void close() throws SQLException {
        processes.forEach(Process::destroyForcibly);
        arena.close();
    }
}
