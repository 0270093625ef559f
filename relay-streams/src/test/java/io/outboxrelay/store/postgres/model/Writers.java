package io.outboxrelay.store.postgres.model;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;

/** The applications, and what ends their prepared transactions and turns the ring. */
final class Writers {
    private static final int WRITERS = 16;

    private final ModelDatabase database;
    private final CommitGate gate = new CommitGate();
    private final PreparedResolver resolver;
    private final SequenceBurner burner;
    private final List<Writer> writers;

    Writers(ModelPlan plan, ModelDatabase database, Tally tally, CompletableFuture<Void> broken) {
        this.database = database;
        this.resolver = new PreparedResolver(plan, database, tally, broken);
        this.burner = new SequenceBurner(database, broken);
        this.writers = IntStream.range(0, WRITERS)
                .mapToObj(n -> new Writer(n, plan, database, gate, tally, broken))
                .toList();
    }

    void start() {
        writers.forEach(Worker::start);
        resolver.start();
        burner.start();
    }

    /** Commits that a crash could take back are over when this returns, until {@link #afterCrash}. */
    void commitSynchronously() throws SQLException {
        gate.synchronousOnly(database);
    }

    /** Prepared transactions stay pending until {@link #afterCrash}. */
    void keepPrepared() {
        resolver.hold();
    }

    void afterCrash() {
        resolver.release();
        gate.asynchronousToo();
    }

    long prepared() throws SQLException {
        return database.number("select count(*) from pg_prepared_xacts");
    }

    /** Ends every transaction, prepared ones included. */
    void stop() throws SQLException, InterruptedException {
        writers.forEach(Worker::askToStop);
        for (Writer writer : writers) {
            writer.stop();
        }
        burner.stop();
        resolver.stop();
        resolver.endAll();
    }
}
