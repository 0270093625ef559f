package io.outboxrelay.store.postgres.model;

import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/** An application that does to its transactions whatever applications do. */
final class Writer extends Worker {
    private final String name;
    private final ModelDatabase database;
    private final CommitGate gate;
    private final Random random;
    private final Tally tally;
    private final boolean asynchronous;
    private long transactions;

    Writer(
            int number,
            ModelPlan plan,
            ModelDatabase database,
            CommitGate gate,
            Tally tally,
            CompletableFuture<Void> broken) {
        super("writer-" + number, broken);
        this.name = "w" + number;
        this.database = database;
        this.gate = gate;
        this.random = plan.randomOf(name);
        this.tally = tally;
        this.asynchronous = number % 2 == 0;
    }

    @Override
    void connected() throws SQLException {
        try (Session session = Session.open(database, name)) {
            session.execute("set lock_timeout = '700ms'");
            session.commit();
            while (!stopped()) {
                gate.pass(mayBeAsynchronous -> attempt(session, mayBeAsynchronous));
            }
        }
    }

    private void attempt(Session session, boolean mayBeAsynchronous) throws SQLException {
        try {
            if (asynchronous && mayBeAsynchronous) {
                session.execute("set local synchronous_commit = off");
            }
            write(session);
            end(session);
        } catch (SQLException e) {
            survive(e);
            tally.count("deadlocks and timeouts");
            session.rollback();
        }
    }

    private void write(Session session) throws SQLException {
        if (chance(30)) {
            session.takeXid();
        } else if (chance(20)) {
            session.writeElsewhere();
        }
        dawdle(session);
        int events = 1 + random.nextInt(4);
        for (int n = 0; n < events; n++) {
            if (chance(20)) {
                Savepoint savepoint = session.savepoint();
                writeOne(session);
                if (chance(50)) {
                    session.rollbackTo(savepoint);
                    tally.count("savepoint rollbacks");
                }
            } else {
                writeOne(session);
            }
            dawdle(session);
        }
    }

    private void writeOne(Session session) throws SQLException {
        if (chance(5)) {
            session.writeWithoutKey();
        } else {
            session.write("a" + random.nextInt(ModelDatabase.AGGREGATES)); // any order: deadlocks are wanted
        }
    }

    /** Mostly not at all, sometimes for milliseconds, now and then for a second. */
    private void dawdle(Session session) throws SQLException {
        if (chance(10)) {
            session.execute("select pg_sleep(" + random.nextInt(20) / 1_000.0 + ")");
        } else if (random.nextInt(1_000) < 3) {
            session.execute("select pg_sleep(" + random.nextInt(1_000) / 1_000.0 + ")");
        }
    }

    private void end(Session session) throws SQLException {
        int percent = random.nextInt(100);
        transactions++;
        if (percent < 10) {
            session.rollback();
            tally.count("aborts");
        } else if (percent < 14) {
            session.prepare(name + "-" + transactions);
            tally.count("prepared");
        } else {
            session.commit();
            tally.count("commits");
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }
}
