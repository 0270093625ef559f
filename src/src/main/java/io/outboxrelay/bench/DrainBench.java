package io.outboxrelay.bench;

import io.outboxrelay.settings.OutboxSettings;
import java.sql.SQLException;
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
            double ring = drained("ring: read, acknowledge", server, server.ring());
            double plain = drained("delete: read, delete", server, server.plain());
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
