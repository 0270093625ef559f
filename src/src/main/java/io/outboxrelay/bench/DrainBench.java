package io.outboxrelay.bench;

import io.outboxrelay.settings.OutboxSettings;
import java.sql.SQLException;
import java.util.Arrays;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * How fast a backlog is read and acknowledged: the ring, the store that deletes what was sent, and beside them a bare
 * COPY of the same rows, the most that PostgreSQL can give to one connection.
 */
final class DrainBench {
    private static final int WARM_UPS = 3;
    private static final int ROUNDS = 5;

    private final BenchOptions options;
    private final Report report;

    DrainBench(BenchOptions options, Report report) {
        this.options = options;
        this.report = report;
    }

    void run() throws Exception {
        try (BenchServer server = BenchServer.start(options.shards())) {
            warmUp(server);
            report.heading("drain: %,d rows, %d shards, after vacuum analyze", options.rows(), options.shards());
            report.columns("", "rows/s", "PostgreSQL CPU s", "relay CPU s");
            double[] ratios = new double[ROUNDS];
            double ring = 0;
            for (int round = 1; round <= ROUNDS; round++) {
                refill(server, BenchServer.RING, options.rows());
                copy(server); // what was just vacuumed comes into the caches for everyone
                double copied = measured("bare COPY, round " + round, server, () -> copy(server));
                ring = drained("ring: read, acknowledge, round " + round, server, server.ring());
                ratios[round - 1] = ring / copied;
            }
            refill(server, BenchServer.PLAIN, options.rows());
            double plain = drained("delete: read, delete", server, server.plain());
            report.atLeast(1.5, "drain: ring to delete-on-acknowledge, rows/s", ring / plain);
            Arrays.sort(ratios);
            report.atLeast(0.7, "drain: ring to bare COPY, rows/s, median of " + ROUNDS, ratios[ROUNDS / 2]);
        }
    }

    /** A node has compiled its code long before it meets a backlog. */
    private void warmUp(BenchServer server) throws Exception {
        for (int n = 0; n < WARM_UPS; n++) {
            refill(server, BenchServer.RING, options.rows());
            copy(server);
            drain(server.ring(), options.rows());
        }
        int rows = Math.min(options.rows(), 200_000);
        server.fill(BenchServer.PLAIN, rows, EventShape.USUAL);
        drain(server.plain(), rows);
    }

    private static void refill(BenchServer server, String table, int rows) throws SQLException {
        server.execute("truncate " + table);
        server.fill(table, rows, EventShape.USUAL);
        server.execute("vacuum analyze " + table);
    }

    /** The store is open before the clock starts, as it is on a node. */
    private double drained(String name, BenchServer server, OutboxSettings settings) throws Exception {
        try (BenchRelay relay = BenchRelay.open(settings)) {
            return measured(name, server, () -> relay.drain(options.rows()));
        }
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
        try (BenchRelay relay = BenchRelay.open(settings)) {
            relay.drain(rows);
        }
    }
}
