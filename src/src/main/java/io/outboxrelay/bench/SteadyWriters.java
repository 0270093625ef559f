package io.outboxrelay.bench;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Writers that keep a timetable, whether or not the database keeps up: each event carries the moment at which its
 * transaction was due, so that a stall counts for every event that had to wait behind it. Events are numbered without gaps, and all of a
 * key are written by the same writer, so that their numbers are their order.
 */
public final class SteadyWriters implements AutoCloseable {
    private static final int WRITERS = 4;
    private static final int TRANSACTIONS_PER_SECOND = 1_000;

    private final BenchServer server;
    private final String table;
    private final EventShape shape;
    private final int rowsPerTransaction;
    private final long nanosPerTransaction;
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    private final List<Future<Long>> writers = new ArrayList<>();
    private volatile long began;
    private long rounds = Long.MAX_VALUE;
    private long furthest = -1;

    /** In transactions of as many rows as it takes to need about a thousand of them per second. */
    public SteadyWriters(BenchServer server, String table, EventShape shape, int eventsPerSecond) {
        this.server = server;
        this.table = table;
        this.shape = shape;
        this.rowsPerTransaction = rowsPerTransaction(eventsPerSecond);
        this.nanosPerTransaction = TimeUnit.SECONDS.toNanos(rowsPerTransaction) / eventsPerSecond;
        if (shape.keys() % WRITERS != 0) {
            throw new IllegalArgumentException("keys = " + shape.keys() + ", legal multiples of " + WRITERS);
        }
    }

    static int rowsPerTransaction(int eventsPerSecond) {
        return Math.max(1, eventsPerSecond / TRANSACTIONS_PER_SECOND);
    }

    /** Begins to write. */
    public void start() {
        began = System.nanoTime();
        for (int n = 0; n < WRITERS; n++) {
            writers.add(threads.submit(writer(n)));
        }
    }

    /** Stops after the round that one of them has begun, so that no number is missing; returns how many events were written. */
    public long stop() throws Exception {
        end(Long.MAX_VALUE);
        long written = 0;
        for (Future<Long> writer : writers) {
            written += writer.get();
        }
        return written;
    }

    @Override
    public void close() {
        end(0);
        threads.shutdownNow();
    }

    private synchronized void end(long atMost) {
        rounds = Math.min(Math.min(rounds, atMost), furthest + 1);
    }

    private synchronized boolean begins(long round) {
        furthest = round < rounds ? Math.max(furthest, round) : furthest;
        return round < rounds;
    }

    private Callable<Long> writer(int writer) {
        return () -> {
            long written = 0;
            try (Connection connection = server.connect();
                    PreparedStatement insert = connection.prepareStatement("insert into " + table
                            + " (aggregatetype, aggregateid, type, payload) values ('order', ?, 'Changed', ?)")) {
                connection.setAutoCommit(false);
                for (long round = 0; begins(round); round++) {
                    long due = began + (round * WRITERS + writer) * nanosPerTransaction;
                    awaitTurn(due);
                    for (int row = 0; row < rowsPerTransaction; row++) {
                        add(insert, writer + WRITERS * written, due);
                        written++;
                    }
                    insert.executeBatch();
                    connection.commit();
                }
            }
            return written;
        };
    }

    private static void awaitTurn(long due) {
        long wait = due - System.nanoTime();
        while (wait > 0 && !Thread.interrupted()) {
            LockSupport.parkNanos(wait);
            wait = due - System.nanoTime();
        }
    }

    private void add(PreparedStatement insert, long number, long due) throws SQLException {
        insert.setString(1, shape.key(number));
        insert.setBytes(2, shape.payload(number, due));
        insert.addBatch();
    }
}
