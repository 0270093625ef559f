package io.outboxrelay.store.postgres;

import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.postgres.IntervalCursor.Page;
import io.outboxrelay.store.postgres.IntervalCursor.SlottedRow;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One look of the shared tail: what became visible since `prev` to the slots it serves, in publishing order.
 *
 * @param cur the snapshot looked at; equal to `prev` when nothing can be new
 * @param complete false if the interval held more than one look may carry; then only rows up to the last one were read
 */
record TailRead(Snapshot cur, List<SlottedRow> rows, boolean complete) {
    private static final int MOST_ROWS = 20_000;
    private static final long MOST_BYTES = 8L << 20;

    /** Runs on the tail's own connection, which is in autocommit mode. */
    static TailRead look(JdbcRunner lane, OutboxSql sql, @Nullable Snapshot prev, byte @Nullable [] slots)
            throws SQLException {
        Snapshot cur = snapshot(lane);
        if (prev == null || slots == null || cur.equals(prev)) {
            return new TailRead(cur, List.of(), true);
        }
        try (IntervalCursor interval =
                IntervalCursor.ofMask(lane.borrow(), sql, new SnapshotPosition(prev, cur, 0), slots)) {
            return drain(interval, cur);
        }
    }

    /** An own statement before the read: the rows must be read by a snapshot that is younger than `cur`. */
    private static Snapshot snapshot(JdbcRunner lane) throws SQLException {
        try (Connection connection = lane.borrow();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(OutboxSql.SNAPSHOT)) {
            row.next();
            return Snapshot.parse(row.getString(1));
        }
    }

    private static TailRead drain(IntervalCursor interval, Snapshot cur) throws SQLException {
        List<SlottedRow> rows = new ArrayList<>();
        long bytes = 0;
        while (rows.size() < MOST_ROWS && bytes < MOST_BYTES) {
            Page page = interval.next();
            rows.addAll(page.rows());
            bytes += page.rows().stream().mapToLong(r -> r.row().payloadBytes()).sum();
            if (page.last()) {
                return new TailRead(cur, rows, true);
            }
        }
        return new TailRead(cur, rows, false);
    }
}
