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
 * @param session the database session that looked
 * @param cur the snapshot looked at; equal to `prev` when nothing can be new
 * @param complete false if the interval held more than one look may carry; then only rows up to the last one were read
 */
record TailRead(Object session, Snapshot cur, List<SlottedRow> rows, boolean complete) {
    private static final int MOST_ROWS = 20_000;
    private static final long MOST_BYTES = 8L << 20;

    /** Where the tail stands, and in which session it learned that. */
    record From(Object session, Snapshot snapshot) {}

    From next() {
        return new From(session, cur);
    }

    /** Runs on the tail's own connection, which is in autocommit mode. Fails if that is not the one of `from`. */
    static TailRead look(
            JdbcRunner lane, OutboxSql sql, @Nullable From from, byte @Nullable [] slots, boolean flushedOnly)
            throws SQLException {
        Object session = from == null ? newSession(lane) : from.session();
        Snapshot cur = snapshot(lane, session);
        if (from != null && cur.equals(from.snapshot())) {
            return new TailRead(session, cur, List.of(), true);
        }
        if (flushedOnly) {
            awaitFlushed(lane, session);
        }
        if (from == null || slots == null) {
            return new TailRead(session, cur, List.of(), true);
        }
        SnapshotPosition position = new SnapshotPosition(from.snapshot(), cur, 0);
        try (IntervalCursor interval = IntervalCursor.ofMask(lane.borrowSame(session), sql, position, slots)) {
            return drain(interval, session, cur);
        }
    }

    private static Object newSession(JdbcRunner lane) throws SQLException {
        try (Connection connection = lane.borrow()) {
            return JdbcRunner.session(connection);
        }
    }

    /** An own statement before the read: the rows must be read by a snapshot that is younger than `cur`. */
    private static Snapshot snapshot(JdbcRunner lane, Object session) throws SQLException {
        try (Connection connection = lane.borrowSame(session);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(OutboxSql.SNAPSHOT)) {
            row.next();
            return Snapshot.parse(row.getString(1));
        }
    }

    /**
     * Whatever a snapshot sees was inserted into the log before: once the log is flushed up to here, no crash can take
     * any of it back. Only needed for writers that commit asynchronously; the log writer flushes them by itself.
     */
    private static void awaitFlushed(JdbcRunner lane, Object session) throws SQLException {
        try (Connection connection = lane.borrowSame(session);
                Statement statement = connection.createStatement()) {
            String inserted = one(statement, "select pg_current_wal_insert_lsn()::text");
            String flushed = "select pg_current_wal_flush_lsn() >= '" + inserted + "'::pg_lsn";
            while (!one(statement, flushed).equals("t")) {
                one(statement, "select pg_sleep(0.002)::text");
            }
        }
    }

    private static String one(Statement statement, String query) throws SQLException {
        try (ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getString(1);
        }
    }

    private static TailRead drain(IntervalCursor interval, Object session, Snapshot cur) throws SQLException {
        List<SlottedRow> rows = new ArrayList<>();
        long bytes = 0;
        while (rows.size() < MOST_ROWS && bytes < MOST_BYTES) {
            Page page = interval.next();
            rows.addAll(page.rows());
            bytes += page.rows().stream().mapToLong(r -> r.row().payloadBytes()).sum();
            if (page.last()) {
                return new TailRead(session, cur, rows, true);
            }
        }
        return new TailRead(session, cur, rows, false);
    }
}
