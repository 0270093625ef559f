package io.outboxrelay.store.postgres.model;

import java.sql.SQLException;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Every transaction passes here. With `synchronous_commit = off` a crash of PostgreSQL takes back what was committed:
 * a phantom, if nodes may publish commits that are not flushed yet. Then, before PostgreSQL is made to crash, the gate
 * lets synchronous commits only pass, once everything committed before is safe on disk.
 */
final class CommitGate {
    private final ReentrantReadWriteLock lock = new ReentrantReadWriteLock(true);
    private boolean asynchronousAllowed = true;

    @FunctionalInterface
    interface Transaction {
        void run(boolean mayCommitAsynchronously) throws SQLException;
    }

    void pass(Transaction transaction) throws SQLException {
        lock.readLock().lock();
        try {
            transaction.run(asynchronousAllowed);
        } finally {
            lock.readLock().unlock();
        }
    }

    /** Waits for the transactions in progress. */
    void synchronousOnly(ModelDatabase database) throws SQLException {
        lock.writeLock().lock();
        try {
            asynchronousAllowed = false;
            // a synchronous commit flushes the log up to itself, and with it every commit before
            database.execute("insert into elsewhere values (0)");
        } finally {
            lock.writeLock().unlock();
        }
    }

    void asynchronousToo() {
        lock.writeLock().lock();
        try {
            asynchronousAllowed = true;
        } finally {
            lock.writeLock().unlock();
        }
    }
}
