package io.outboxrelay.store.postgres.model;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * A thread that works on the database until told to stop. It survives what this test does to PostgreSQL; anything else
 * it runs into breaks the run.
 */
abstract class Worker {
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    /** Deadlock, lock timeout, query cancelled, out of memory: no prepared transaction is left. */
    private static final Set<String> OF_A_TRANSACTION = Set.of("40P01", "55P03", "57014", "53200");
    /** Server stopped, crashed, or starting. */
    private static final Set<String> OF_THE_CONNECTION = Set.of("57P01", "57P02", "57P03", "08001", "08003", "08006");

    private final CompletableFuture<Void> broken;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Thread thread;

    Worker(String name, CompletableFuture<Void> broken) {
        this.broken = broken;
        this.thread = new Thread(this::work, "model-" + name);
        thread.setDaemon(true);
    }

    /** Works on one connection until {@link #stopped}; a lost connection ends it, and it is called again. */
    abstract void connected() throws SQLException;

    final void start() {
        thread.start();
    }

    private void work() {
        try {
            while (!stopped()) {
                try {
                    connected();
                } catch (SQLException e) {
                    survive(OF_THE_CONNECTION, e);
                    pause(Duration.ofMillis(50));
                }
            }
        } catch (Exception | Error e) {
            broken.completeExceptionally(e);
        }
    }

    /** Throws what a transaction of this test may not fail with. */
    static void survive(SQLException failure) throws SQLException {
        survive(OF_A_TRANSACTION, failure);
    }

    private static void survive(Set<String> expected, SQLException failure) throws SQLException {
        if (!expected.contains(String.valueOf(failure.getSQLState()))) {
            throw failure;
        }
    }

    final boolean stopped() {
        return stopping.getCount() == 0;
    }

    /** Returns early when told to stop. */
    final void pause(Duration length) {
        try {
            stopping.await(length.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            stopping.countDown();
        }
    }

    final void askToStop() {
        stopping.countDown();
    }

    final void stop() throws InterruptedException {
        askToStop();
        thread.join(STOP_LIMIT.toMillis());
        if (thread.isAlive()) {
            throw new IllegalStateException(thread.getName() + " still runs " + STOP_LIMIT + " after it was stopped");
        }
    }
}
