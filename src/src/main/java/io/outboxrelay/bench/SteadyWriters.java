package io.outboxrelay.bench;

import java.nio.ByteBuffer;
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
 * transaction was due, so that a stall counts for every event that had to wait behind it.
 */
final class SteadyWriters implements AutoCloseable {
    static final int ROWS_PER_TRANSACTION = 10;
    private static final int WRITERS = 4;

    private final BenchServer server;
    private final String table;
    private final long nanosPerTransaction;
    private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    private final List<Future<Long>> writers = new ArrayList<>();
    private volatile boolean stopped;

    SteadyWriters(BenchServer server, String table, int eventsPerSecond) {
        this.server = server;
        this.table = table;
        this.nanosPerTransaction = TimeUnit.SECONDS.toNanos(ROWS_PER_TRANSACTION) / eventsPerSecond;
    }

    /** When the event was due. */
    static long due(byte[] payload) {
        return ByteBuffer.wrap(payload).getLong();
    }

    /** Begins to write. */
    void start() {
        long began = System.nanoTime();
        for (int n = 0; n < WRITERS; n++) {
            writers.add(threads.submit(writer(began, n)));
        }
    }

    /** Stops writing; returns how many events were written. */
    long stop() throws Exception {
        stopped = true;
        long written = 0;
        for (Future<Long> writer : writers) {
            written += writer.get();
        }
        return written;
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
    }

    private Callable<Long> writer(long began, int first) {
        return () -> {
            long written = 0;
            try (Connection connection = server.connect();
                    PreparedStatement insert = connection.prepareStatement("insert into " + table
                            + " (aggregatetype, aggregateid, type, payload) values ('order', ?, 'Changed', ?)")) {
                connection.setAutoCommit(false);
                for (long n = first; !stopped; n += WRITERS) {
                    long due = began + n * nanosPerTransaction;
                    awaitTurn(due);
                    writeOne(insert, n, due);
                    connection.commit();
                    written += ROWS_PER_TRANSACTION;
                }
            }
            return written;
        };
    }

    private static void awaitTurn(long due) {
        long wait = due - System.nanoTime();
        while (wait > 0) {
            LockSupport.parkNanos(wait);
            wait = due - System.nanoTime();
        }
    }

    private static void writeOne(PreparedStatement insert, long transaction, long due) throws SQLException {
        byte[] payload = BenchServer.payload();
        ByteBuffer.wrap(payload).putLong(due);
        for (int row = 0; row < ROWS_PER_TRANSACTION; row++) {
            insert.setString(1, "order-" + (transaction * ROWS_PER_TRANSACTION + row) % 10_000);
            insert.setBytes(2, payload);
            insert.addBatch();
        }
        insert.executeBatch();
    }
}
