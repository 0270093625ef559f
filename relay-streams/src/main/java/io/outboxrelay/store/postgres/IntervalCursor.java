package io.outboxrelay.store.postgres;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.SlotRange;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The rows of one snapshot interval, streamed through a portal. Holds a connection and a transaction until closed; used
 * by one thread of the JDBC door at a time.
 */
final class IntervalCursor implements AutoCloseable {
    private static final int FEWEST_ROWS = 10;
    private static final int MOST_ROWS = 1_000;
    private static final long PAGE_BYTES = 1 << 20;

    private final Connection connection;
    private final PreparedStatement statement;
    private final ResultSet rows;
    private int fetchRows;

    /** A row and the slot its key hashes to. */
    record SlottedRow(int slot, OutboxRow row) {}

    /** Rows in publishing order; `last` when the interval ends after them. */
    record Page(List<SlottedRow> rows, boolean last) {}

    private IntervalCursor(Connection connection, PreparedStatement statement, ResultSet rows, int fetchRows) {
        this.connection = connection;
        this.statement = statement;
        this.rows = rows;
        this.fetchRows = fetchRows;
    }

    /**
     * Opens on a borrowed connection, which is given back by {@link #close} or when opening fails.
     *
     * @param read with the parameters of {@link OutboxSql#readSlots}
     */
    static IntervalCursor ofSlots(Connection connection, String read, SnapshotPosition from, SlotRange slots)
            throws SQLException {
        return open(connection, read, from, statement -> {
            statement.setInt(6, slots.low());
            statement.setInt(7, slots.high());
        });
    }

    /** As {@link #ofSlots} for any set of slots; bit n of `mask` is slot n. */
    static IntervalCursor ofMask(Connection connection, OutboxSql sql, SnapshotPosition from, byte[] mask)
            throws SQLException {
        return open(connection, sql.readMask(), from, statement -> statement.setBytes(6, mask));
    }

    @FunctionalInterface
    private interface SlotParameters {
        void set(PreparedStatement statement) throws SQLException;
    }

    @SuppressWarnings("PMD.CloseResource") // closed with the cursor
    private static IntervalCursor open(Connection connection, String sql, SnapshotPosition from, SlotParameters slots)
            throws SQLException {
        Snapshot cur = from.cur();
        if (cur == null) {
            throw new IllegalArgumentException("no interval: " + from);
        }
        try {
            connection.setAutoCommit(false);
            PreparedStatement statement = connection.prepareStatement(sql);
            statement.setFetchSize(MOST_ROWS / 10);
            statement.setString(1, Long.toString(from.prev().xmax()));
            statement.setString(2, Long.toString(cur.xmax()));
            statement.setString(3, array(from.prev().runningHereButNotIn(cur)));
            statement.setString(4, cur.toString());
            statement.setLong(5, from.seq());
            slots.set(statement);
            return new IntervalCursor(connection, statement, statement.executeQuery(), MOST_ROWS / 10);
        } catch (SQLException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    static String array(long[] values) {
        return Arrays.stream(values).mapToObj(Long::toString).collect(Collectors.joining(",", "{", "}"));
    }

    /** The next rows: about a mebibyte of payload, whatever the size of a row. */
    Page next() throws SQLException {
        List<SlottedRow> page = new ArrayList<>(fetchRows);
        long bytes = 0;
        while (page.size() < fetchRows) {
            if (!rows.next()) {
                return new Page(page, true);
            }
            SlottedRow row = row();
            bytes += row.row().payloadBytes();
            page.add(row);
        }
        fetchRows = fittingRows(bytes / page.size());
        rows.setFetchSize(fetchRows);
        return new Page(page, false);
    }

    private static int fittingRows(long bytesPerRow) {
        return (int) Math.max(FEWEST_ROWS, Math.min(MOST_ROWS, PAGE_BYTES / (bytesPerRow + 1)));
    }

    private SlottedRow row() throws SQLException {
        OutboxRow row = new OutboxRow(
                rows.getLong(1),
                rows.getString(2),
                rows.getString(3),
                rows.getString(4),
                rows.getString(5),
                rows.getBytes(6),
                rows.getString(7),
                rows.getObject(8, OffsetDateTime.class).toInstant(),
                rows.getLong(10),
                null);
        return new SlottedRow(rows.getInt(9), row);
    }

    /** Ends the transaction and gives the connection back. */
    @Override
    public void close() throws SQLException {
        try (connection;
                statement;
                rows) {
            connection.rollback();
        }
    }
}
