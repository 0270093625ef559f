package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;

/**
 * What looking costs while nothing is new: without and with sent rows still in the table, on a quiet server and on one
 * where others write elsewhere, so that every look has to ask for rows.
 */
final class IdleBench {
    private static final long LONGEST_SETTLE_SECONDS = 3;
    private static final long BYSTANDER_NANOS = 2_000_000;

    private final BenchOptions options;
    private final Report report;

    IdleBench(BenchOptions options, Report report) {
        this.options = options;
        this.report = report;
    }

    private record Look(double perSecond, double cpuMicros) {}

    void run() throws Exception {
        try (BenchServer server = BenchServer.start(options.shards())) {
            report.heading("idle: nothing new, %d shards, %d s each", options.shards(), options.seconds());
            report.columns("", "looks/s", "PostgreSQL ms/s", "relay ms/s", "CPU us per look");
            Look quietEmpty = measured("quiet server, no sent rows", server, false);
            Look busyEmpty = measured("others write, no sent rows", server, true);
            server.fill(BenchServer.RING, options.rows());
            DrainBench.drain(server.ring(), options.rows());
            server.execute("checkpoint");
            String kept = "%,d sent rows".formatted(options.rows());
            Look quietFull = measured("quiet server, " + kept, server, false);
            Look busyFull = measured("others write, " + kept, server, true);
            report.atMost(
                    1.2,
                    "idle: CPU per look with sent rows to without, quiet",
                    quietFull.cpuMicros / quietEmpty.cpuMicros);
            report.atMost(
                    1.2,
                    "idle: CPU per look with sent rows to without, busy",
                    busyFull.cpuMicros / busyEmpty.cpuMicros);
        }
    }

    private Look measured(String name, BenchServer server, boolean othersWrite) throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        LongAdder others = new LongAdder();
        try (BenchRelay relay = BenchRelay.start(server.ring(), RelayObserver.NONE)) {
            CompletableFuture<Void> bystander =
                    othersWrite ? write(server, stop, others) : CompletableFuture.completedFuture(null);
            pass(Math.min(LONGEST_SETTLE_SECONDS, options.seconds()));
            long before = transactions(server, others);
            Cost cost = Cost.of(server, () -> pass(options.seconds()));
            double looks = (transactions(server, others) - before) / (othersWrite ? 2.0 : 1.0) / cost.seconds();
            stop.set(true);
            bystander.join();
            double cpuMicros = (cost.serverCpu() + cost.ownCpu()) * 1e6 / (looks * cost.seconds());
            report.row(
                    name,
                    looks,
                    cost.serverCpu() * 1e3 / cost.seconds(),
                    cost.ownCpu() * 1e3 / cost.seconds(),
                    cpuMicros);
            return new Look(looks, cpuMicros);
        }
    }

    /** Transactions of everybody but `others`; a look is one for its snapshot, and one more if rows may be new. */
    private static long transactions(BenchServer server, LongAdder others) throws SQLException {
        return server.number("select xact_commit from pg_stat_database where datname = current_database()")
                - others.sum();
    }

    private static void pass(long seconds) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    }

    /** Uses up transaction ids, as writers of other tables do. */
    private static CompletableFuture<Void> write(BenchServer server, AtomicBoolean stop, LongAdder count) {
        return CompletableFuture.runAsync(() -> {
            try (Connection connection = server.connect();
                    Statement statement = connection.createStatement()) {
                while (!stop.get()) {
                    statement.execute("select pg_current_xact_id()");
                    count.increment();
                    LockSupport.parkNanos(BYSTANDER_NANOS);
                }
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }
}
