package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * What looking costs while nothing is new: without and with sent rows still in the table, on a quiet server and on one
 * where others write elsewhere, so that every look has to ask for rows.
 */
final class IdleBench {
    /** PostgreSQL's statistics are up to a second late. */
    private static final int SHORTEST_SECONDS = 2;

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
            server.fill(BenchServer.RING, options.rows(), EventShape.USUAL);
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
        try (BenchRelay relay = BenchRelay.start(server.ring(), RelayObserver.NONE)) {
            CompletableFuture<Void> bystander =
                    othersWrite ? write(server, stop) : CompletableFuture.completedFuture(null);
            pass(Math.min(LONGEST_SETTLE_SECONDS, options.seconds()));
            long before = transactions(server);
            Cost cost = Cost.of(server, () -> pass(Math.max(SHORTEST_SECONDS, options.seconds())));
            double looks = (transactions(server) - before) / (othersWrite ? 2.0 : 1.0) / cost.seconds();
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

    /** In the relay's database; a look is one for its snapshot, and one more if rows may be new. */
    private static long transactions(BenchServer server) throws SQLException {
        return server.number("select xact_commit from pg_stat_database where datname = current_database()");
    }

    private static void pass(long seconds) {
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
    }

    /** Uses up transaction ids, as writers of other tables do; in a database of its own, so that they are not counted. */
    private static CompletableFuture<Void> write(BenchServer server, AtomicBoolean stop) {
        return CompletableFuture.runAsync(() -> {
            try (Connection connection = server.connectElsewhere();
                    Statement statement = connection.createStatement()) {
                while (!stop.get()) {
                    statement.execute("select pg_current_xact_id()");
                    LockSupport.parkNanos(BYSTANDER_NANOS);
                }
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }
}
