package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.settings.OutboxSettings;
import java.sql.SQLException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * How fast a backlog is read and acknowledged: the ring, the store that deletes what was sent, and beside them a bare
 * COPY of the same rows, the most that PostgreSQL can give to one connection.
 */
final class DrainBench {
    private final BenchOptions options;
    private final Report report;

    DrainBench(BenchOptions options, Report report) {
        this.options = options;
        this.report = report;
    }

    void run() throws Exception {
        try (BenchServer server = BenchServer.start(options.shards())) {
            warmUp(server);
            server.fill(BenchServer.RING, options.rows());
            server.fill(BenchServer.PLAIN, options.rows());
            server.execute("vacuum analyze");
            report.heading("drain: %,d rows, %d shards, after vacuum analyze", options.rows(), options.shards());
            report.columns("", "rows/s", "PostgreSQL CPU s", "relay CPU s");
            copy(server);
            double copied = measured("bare COPY, one connection", server, () -> copy(server));
            double ring = measured("ring: read, acknowledge", server, () -> drain(server.ring(), options.rows()));
            double plain = measured("delete: read, delete", server, () -> drain(server.plain(), options.rows()));
            report.atLeast(1.5, "drain: ring to delete-on-acknowledge, rows/s", ring / plain);
            report.atLeast(0.7, "drain: ring to bare COPY, rows/s", ring / copied);
        }
    }

    /** A node has compiled its code long before it meets a backlog. */
    private void warmUp(BenchServer server) throws Exception {
        int rows = Math.min(options.rows(), 200_000);
        server.fill(BenchServer.RING, rows);
        server.fill(BenchServer.PLAIN, rows);
        drain(server.ring(), rows);
        drain(server.plain(), rows);
        server.execute("truncate " + BenchServer.RING);
    }

    private double measured(String name, BenchServer server, Cost.Work work) throws Exception {
        Cost cost = Cost.of(server, work);
        double rowsPerSecond = options.rows() / cost.seconds();
        report.row(name, rowsPerSecond, cost.serverCpu(), cost.ownCpu());
        return rowsPerSecond;
    }

    private static void copy(BenchServer server) throws SQLException {
        CopyOut copy = server.connection()
                .unwrap(PGConnection.class)
                .getCopyAPI()
                .copyOut("copy (select * from " + BenchServer.RING + ") to stdout (format binary)");
        while (copy.isActive()) {
            copy.readFromCopy();
        }
    }

    /** Returns once so many rows are settled and the relay has stopped. */
    static void drain(OutboxSettings settings, int rows) throws InterruptedException {
        AtomicLong left = new AtomicLong(rows);
        CountDownLatch done = new CountDownLatch(1);
        RelayObserver counter = new RelayObserver() {
            @Override
            public void onSettled(Chunk chunk) {
                int settled = chunk.rows().size();
                if (left.getAndAdd(-settled) <= settled) {
                    done.countDown();
                }
            }
        };
        try (BenchRelay relay = BenchRelay.start(settings, counter)) {
            done.await();
        }
    }
}
