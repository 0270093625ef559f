package io.outboxrelay.store.postgres;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Slots;
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
 * The rows of one or several shards in one snapshot interval, streamed by COPY: row by row, so that a page is bounded
 * in bytes whatever comes next (docs/decisions/0006-catch-up-by-copy.md). Holds a connection and a transaction until
 * closed; used by one thread of the JDBC door at a time.
 */
final class IntervalCursor implements AutoCloseable {
    /** Per shard and in all: a page dealt to many shards should still make them chunks worth their messages. */
    private static final int MOST_ROWS = 1_000;

    private static final int ROWS_OF_MANY = 450;
    private static final int MOST_ROWS_OF_MANY = 8_000;
    private static final long PAGE_BYTES = 1 << 20;
    private static final int MOST_PAGE_BYTES = 4;

    /** Up to here rows are found by their transactions and sorted, in memory. */
    private static final int MOST_SORTED = 20_000;

    private static final String SORTED = "set local work_mem = '32MB'";

    /** Nothing but the index by number can give the rows in order. */
    static final String STREAMED = "set local enable_sort = off";

    private final JdbcRunner lane;
    private final Connection connection;
    private final CopyOut copy;
    private final long maxBytes;
    private final Deal deal;
    private final int silentMillis;
    private boolean began;
    private final CopiedRow row;
    private final Slots.Hash hash = new Slots.Hash();

    /**
     * Rows in publishing order, by the place of their shard in the {@link Deal}.
     *
     * @param lastSeq of the last row of all, 0 if there is none
     * @param last whether the interval ends after them
     */
    record Page(List<List<OutboxRow>> parts, long lastSeq, boolean last) {}

    private IntervalCursor(
            JdbcRunner lane, Connection connection, CopyOut copy, long maxBytes, Deal deal, int silentMillis) {
        this.lane = lane;
        this.connection = connection;
        this.copy = copy;
        this.maxBytes = maxBytes;
        this.row = new CopiedRow(maxBytes);
        this.deal = deal;
        this.silentMillis = silentMillis;
    }

    /**
     * Opens on a connection of its own, to be called on the lane's threads.
     *
     * @param condition SQL on the outbox, named `o`, that rows must meet
     * @param firstMillis how long the server may be silent until the first row
     */
    static IntervalCursor open(
            JdbcRunner lane, ReadSql sql, SnapshotPosition from, Deal deal, String condition, int firstMillis)
            throws SQLException {
        Snapshot cur = from.cur();
        if (cur == null) {
            throw new IllegalArgumentException("no interval: " + from);
        }
        Connection connection = lane.borrow();
        try {
            connection.setAutoCommit(false);
            PGConnection session = connection.unwrap(PGConnection.class);
            ReadSql spoken = sql.forServer(session.getParameterStatus("server_encoding"));
            int silentMillis = connection.getNetworkTimeout();
            connection.setNetworkTimeout(Runnable::run, firstMillis);
            String query = prepare(connection, spoken, from, cur, deal, condition);
            CopyOut copy = session.getCopyAPI().copyOut(query);
            return new IntervalCursor(lane, connection, copy, sql.maxBytes(), deal, silentMillis);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    /**
     * Sorting is cheap for few rows and reads nothing but them; a large interval is walked by number, from where nothing
     * below can be missing, and needs no memory.
     */
    private static String prepare(
            Connection connection, ReadSql sql, SnapshotPosition from, Snapshot cur, Deal deal, String condition)
            throws SQLException {
        long rows =
                Queries.number(connection, sql.size(from, cur, MOST_SORTED + 1)).orElseThrow();
        try (Statement statement = connection.createStatement()) {
            statement.execute(rows > MOST_SORTED ? STREAMED : SORTED);
        }
        if (rows <= MOST_SORTED) {
            return sql.sorted(from, cur, deal, condition);
        }
        long safe = Queries.number(connection, sql.safeNumber(deal)).orElse(0L);
        boolean small = Queries.number(connection, sql.largeValues()).orElseThrow() == 0;
        return (small ? sql.unguarded() : sql).streamed(from, cur, Math.max(safe, from.seq()), deal, condition);
    }

    static String array(long[] values) {
        return Arrays.stream(values).mapToObj(Long::toString).collect(Collectors.joining(",", "{", "}"));
    }

    /** The next rows: about a mebibyte for one shard, and one row at least. */
    Page next() throws SQLException {
        int shards = deal.parts();
        List<List<OutboxRow>> parts = new ArrayList<>(shards);
        for (int part = 0; part < shards; part++) {
            parts.add(new ArrayList<>());
        }
        int mostRows = shards == 1 ? MOST_ROWS : Math.min(MOST_ROWS_OF_MANY, ROWS_OF_MANY * shards);
        long mostBytes = PAGE_BYTES * Math.min(MOST_PAGE_BYTES, shards);
        long lastSeq = 0;
        int rows = 0;
        for (long bytes = 0; rows < mostRows && bytes < mostBytes; ) {
            byte[] message = copy.readFromCopy();
            if (message == null) {
                return new Page(parts, lastSeq, true);
            }
            if (!began) {
                began = true;
                connection.setNetworkTimeout(Runnable::run, silentMillis);
            }
            if (row.take(message)) {
                OutboxRow read = StoredRow.of(row, maxBytes);
                int part = shards == 1 ? 0 : deal.partOf(row.slot(read.id(), hash));
                parts.get(part).add(read);
                lastSeq = read.seq();
                bytes += message.length;
                rows++;
            }
        }
        return new Page(parts, lastSeq, false);
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
