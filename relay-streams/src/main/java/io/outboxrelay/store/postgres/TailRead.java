package io.outboxrelay.store.postgres;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.store.jdbc.JdbcRunner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/**
 * One look of the shared tail: what became visible since `prev` to the slots it serves, in publishing order.
 *
 * @param session the database session that looked
 * @param cur the snapshot looked at; equal to `prev` when nothing can be new
 * @param complete false if the interval held more than one look may carry; then only rows up to the last one were read
 */
record TailRead(Object session, Snapshot cur, List<SlottedRow> rows, boolean complete) {
    private static final int MOST_ROWS = 5_000;
    private static final long MOST_BYTES = 8L << 20;

    /** Planning for the partitions costs more than the look itself. */
    private static final String SESSION = "set plan_cache_mode = force_generic_plan";

    /** Where the tail stands, and in which session it learned that. */
    record From(Object session, Snapshot snapshot) {}

    /** A row and the slot its key hashes to. */
    record SlottedRow(int slot, OutboxRow row) {}

    From next() {
        return new From(session, cur);
    }

    /** Runs on the tail's own connection, which is in autocommit mode. Fails if that is not the one of `from`. */
    static TailRead look(
            JdbcRunner lane, ReadSql sql, @Nullable From from, byte @Nullable [] slots, boolean flushedOnly)
            throws SQLException {
        Object session = from == null ? newSession(lane) : from.session();
        try (Connection connection = lane.borrowSame(session)) {
            Snapshot cur = snapshot(connection);
            if (from != null && cur.equals(from.snapshot())) {
                return new TailRead(session, cur, List.of(), true);
            }
            if (flushedOnly) {
                awaitFlushed(connection);
            }
            if (from == null || slots == null) {
                return new TailRead(session, cur, List.of(), true);
            }
            return read(connection, sql, from, cur, slots);
        }
    }

    private static Object newSession(JdbcRunner lane) throws SQLException {
        try (Connection connection = lane.borrow();
                Statement statement = connection.createStatement()) {
            statement.execute(SESSION);
            return JdbcRunner.session(connection);
        }
    }

    /** An own statement before the read: the rows must be read by a snapshot that is younger than `cur`. */
    private static Snapshot snapshot(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OutboxSql.SNAPSHOT);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return Snapshot.parse(row.getString(1));
        }
    }

    /**
     * Whatever a snapshot sees was inserted into the log before: once the log is flushed up to here, no crash can take
     * any of it back. Only needed for writers that commit asynchronously; the log writer flushes them by itself.
     */
    private static void awaitFlushed(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
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

    private static TailRead read(Connection connection, ReadSql sql, From from, Snapshot cur, byte[] slots)
            throws SQLException {
        long[] late = from.snapshot().runningHereButNotIn(cur);
        ReadSql spoken = sql.forServer(connection.unwrap(PGConnection.class).getParameterStatus("server_encoding"));
        try (PreparedStatement statement = connection.prepareStatement(spoken.tail(late.length > 0, MOST_ROWS))) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(-1); // binary values from the first look on
            int place = 0;
            statement.setString(++place, Long.toString(from.snapshot().xmax()));
            statement.setString(++place, Long.toString(cur.xmax()));
            statement.setString(++place, cur.toString());
            statement.setBytes(++place, slots);
            if (late.length > 0) {
                statement.setString(++place, IntervalCursor.array(late));
                statement.setString(++place, cur.toString());
                statement.setBytes(++place, slots);
            }
            statement.setLong(++place, MOST_BYTES);
            try (ResultSet rows = statement.executeQuery()) {
                return gather(rows, from.session(), cur, sql.maxBytes());
            }
        }
    }

    private static TailRead gather(ResultSet rows, Object session, Snapshot cur, long maxBytes) throws SQLException {
        List<SlottedRow> read = new ArrayList<>();
        StoredRow.Columns columns = new FetchedRow(rows);
        long bytes = 0;
        while (rows.next()) {
            bytes = rows.getLong(11);
            read.add(new SlottedRow(rows.getInt(13), StoredRow.of(columns, maxBytes)));
        }
        return new TailRead(session, cur, read, read.size() < MOST_ROWS && bytes < MOST_BYTES);
    }
}
