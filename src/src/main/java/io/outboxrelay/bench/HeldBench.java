package io.outboxrelay.bench;

import io.outboxrelay.bench.DueLatencies.Summary;
import io.outboxrelay.settings.OutboxSettings;
import java.sql.Connection;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Steady traffic, first undisturbed and then while another session holds a snapshot and a transaction id. */
final class HeldBench {
    private static final long LONGEST_WAIT_SECONDS = 300;
    private static final long LONGEST_WARM_UP_SECONDS = 5;

    private final BenchOptions options;
    private final Report report;

    HeldBench(BenchOptions options, Report report) {
        this.options = options;
        this.report = report;
    }

    void run() throws Exception {
        report.heading(
                "held: %,d events/s in transactions of %d, %d s without and %d s with a snapshot and xid held elsewhere",
                options.eventsPerSecond(),
                SteadyWriters.rowsPerTransaction(options.eventsPerSecond()),
                options.seconds(),
                options.seconds());
        report.columns("due to read", "p50 ms", "p99 ms", "max ms", "PostgreSQL cores", "relay+writer cores");
        double ring = measured("ring", BenchServer.RING);
        double plain = measured("delete", BenchServer.PLAIN);
        report.atMost(1.2, "held: ring, p99 held to unheld", ring);
        report.row("delete: p99 held to unheld", plain);
    }

    private double measured(String name, String table) throws Exception {
        try (BenchServer server = BenchServer.start(options.shards())) {
            OutboxSettings settings = table.equals(BenchServer.RING) ? server.ring() : server.plain();
            DueLatencies latencies = new DueLatencies();
            try (BenchRelay relay = BenchRelay.start(settings, latencies);
                    Connection holder = server.connect();
                    SteadyWriters writers =
                            new SteadyWriters(server, table, EventShape.USUAL, options.eventsPerSecond())) {
                writers.start();
                LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(Math.min(LONGEST_WARM_UP_SECONDS, options.seconds())));
                long began = System.nanoTime();
                Cost unheld = Cost.of(server, this::pass);
                BenchServer.hold(holder);
                long held = System.nanoTime();
                Cost after = Cost.of(server, this::pass);
                long ended = System.nanoTime();
                holder.rollback();
                await(latencies, writers.stop());
                Summary before = latencies.between(began, held);
                Summary during = latencies.between(held, ended);
                print(name + ", unheld", before, unheld);
                print(name + ", held", during, after);
                return during.p99() / before.p99();
            }
        }
    }

    private void pass() {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(options.seconds()));
    }

    private static void await(DueLatencies latencies, long written) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LONGEST_WAIT_SECONDS);
        while (latencies.count() < written) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("read " + latencies.count() + " of " + written + " events, waited "
                        + LONGEST_WAIT_SECONDS + " s");
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(10));
        }
    }

    private void print(String name, Summary summary, Cost cost) {
        report.row(
                name,
                summary.p50(),
                summary.p99(),
                summary.max(),
                "%.2f".formatted(cost.serverCpu() / cost.seconds()),
                "%.2f".formatted(cost.ownCpu() / cost.seconds()));
    }
}
