package io.outboxrelay.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;

/** What the outbox costs its writers: commits of one event each, beside the same table with only a primary key. */
final class InsertBench {
    private static final String KEYED = "keyed_outbox";
    private static final int WRITERS = 4;
    private static final int ROUNDS = 4;

    private final BenchOptions options;
    private final Report report;

    InsertBench(BenchOptions options, Report report) {
        this.options = options;
        this.report = report;
    }

    private record Inserted(long commits, Cost cost) {
        Inserted plus(Inserted other) {
            return new Inserted(commits + other.commits, cost.plus(other.cost));
        }

        double perSecond() {
            return commits / cost.seconds();
        }

        double cpuMicros() {
            return cost.serverCpu() * 1e6 / commits;
        }
    }

    void run() throws Exception {
        try (BenchServer server = BenchServer.start(options.shards())) {
            server.execute("create table " + KEYED + " (txid xid8 not null default pg_current_xact_id(),"
                    + " seq bigint generated always as identity primary key, id uuid not null default gen_random_uuid(),"
                    + " aggregatetype text not null, aggregateid text, type text not null, payload bytea, headers jsonb,"
                    + " created_at timestamptz not null default clock_timestamp())");
            insert(server, BenchServer.RING, 1);
            insert(server, KEYED, 1);
            Inserted ring = new Inserted(0, new Cost(0, 0, 0));
            Inserted keyed = ring;
            long nanos = Math.max(1, TimeUnit.SECONDS.toNanos(options.seconds()) / ROUNDS);
            for (int round = 0; round < ROUNDS; round++) {
                keyed = keyed.plus(insert(server, KEYED, nanos));
                ring = ring.plus(insert(server, BenchServer.RING, nanos));
            }
            report.heading(
                    "insert: commits of one event, %d writers, %d s in %d rounds", WRITERS, options.seconds(), ROUNDS);
            report.columns("", "commits/s", "PostgreSQL us each");
            report.row("primary key only", keyed.perSecond(), keyed.cpuMicros());
            report.row("outbox", ring.perSecond(), ring.cpuMicros());
            report.atMost(
                    1.25, "insert: time per commit, outbox to primary key only", keyed.perSecond() / ring.perSecond());
            report.atMost(
                    1.25,
                    "insert: PostgreSQL CPU per commit, outbox to primary key only",
                    ring.cpuMicros() / keyed.cpuMicros());
        }
    }

    private static Inserted insert(BenchServer server, String table, long nanos) throws Exception {
        LongAdder commits = new LongAdder();
        Cost cost = Cost.of(server, () -> {
            ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
            try {
                List<Future<Long>> writers = new ArrayList<>();
                for (int n = 0; n < WRITERS; n++) {
                    writers.add(threads.submit(writer(server, table, nanos)));
                }
                for (Future<Long> writer : writers) {
                    commits.add(writer.get());
                }
            } finally {
                threads.shutdownNow();
            }
        });
        return new Inserted(commits.sum(), cost);
    }

    private static Callable<Long> writer(BenchServer server, String table, long nanos) {
        return () -> {
            long commits = 0;
            try (Connection connection = server.connect();
                    PreparedStatement insert = connection.prepareStatement("insert into " + table
                            + " (aggregatetype, aggregateid, type, payload) values ('order', ?, 'Changed', ?)")) {
                long began = System.nanoTime();
                do {
                    insert.setString(1, "order-" + commits % 10_000);
                    insert.setBytes(2, EventShape.USUAL.payload(commits, 0));
                    insert.executeUpdate();
                    commits++;
                } while (System.nanoTime() - began < nanos);
            }
            return commits;
        };
    }
}
