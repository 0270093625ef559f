package io.outboxrelay.store.postgres;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.store.jdbc.JdbcRunner;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * The rows of one shard in one snapshot interval, streamed by COPY: row by row, so that a page is bounded in bytes
 * whatever comes next (docs/decisions/0006-catch-up-by-copy.md). Holds a connection and a transaction until closed; used by one
 * thread of the JDBC door at a time.
 */
final class IntervalCursor implements AutoCloseable {
    private static final int MOST_ROWS = 1_000;
    private static final long PAGE_BYTES = 1 << 20;

    /** Enough to sort some ten thousand rows in memory, for as many connections as catch up. */
    private static final String SESSION = "set local work_mem = '32MB'; set local max_parallel_workers_per_gather = 0";

    private final JdbcRunner lane;
    private final Connection connection;
    private final CopyOut copy;
    private final long maxBytes;
    private final int silentMillis;
    private boolean began;

    /** Rows in publishing order; `last` when the interval ends after them. */
    record Page(List<OutboxRow> rows, boolean last) {}

    private IntervalCursor(JdbcRunner lane, Connection connection, CopyOut copy, long maxBytes, int silentMillis) {
        this.lane = lane;
        this.connection = connection;
        this.copy = copy;
        this.maxBytes = maxBytes;
        this.silentMillis = silentMillis;
    }

    /**
     * Opens on a connection of its own, to be called on the lane's threads.
     *
     * @param condition SQL on the outbox, named `o`, that rows must meet
     * @param sortMillis how long the server may be silent until the first row
     */
    static IntervalCursor open(
            JdbcRunner lane, ReadSql sql, SnapshotPosition from, SlotRange slots, String condition, int sortMillis)
            throws SQLException {
        Snapshot cur = from.cur();
        if (cur == null) {
            throw new IllegalArgumentException("no interval: " + from);
        }
        Connection connection = lane.borrow();
        try {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute(SESSION);
            }
            PGConnection session = connection.unwrap(PGConnection.class);
            ReadSql spoken = sql.forServer(session.getParameterStatus("server_encoding"));
            int silentMillis = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, sortMillis);
            CopyOut copy = session.getCopyAPI().copyOut(spoken.copy(from, cur, slots, condition));
            return new IntervalCursor(lane, connection, copy, sql.maxBytes(), silentMillis);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    static String array(long[] values) {
        return Arrays.stream(values).mapToObj(Long::toString).collect(Collectors.joining(",", "{", "}"));
    }

    /** The next rows: about a mebibyte, and one row at least. */
    Page next() throws SQLException {
        List<OutboxRow> page = new ArrayList<>();
        long bytes = 0;
        while (page.size() < MOST_ROWS && bytes < PAGE_BYTES) {
            byte[] message = copy.readFromCopy();
            if (message == null) {
                return new Page(page, true);
            }
            CopiedRow row = CopiedRow.in(message, !began);
            if (!began) {
                began = true;
                connection.setNetworkTimeout(Runnable::run, silentMillis);
            }
            if (row != null) {
                page.add(StoredRow.of(row, maxBytes));
                bytes += message.length;
            }
        }
        return new Page(page, false);
    }

    /**
     * Gives the connection back. One whose rows were not read to the end is discarded: the driver loses step with a
     * server that had sent all of them when it is asked to cancel.
     */
    @Override
    public void close() throws SQLException {
        if (copy.isActive()) {
            lane.discard(connection);
        } else {
            try (connection) {
                connection.rollback();
            }
        }
    }
}
