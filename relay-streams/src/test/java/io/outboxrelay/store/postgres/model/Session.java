package io.outboxrelay.store.postgres.model;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One application's connection and the transaction it is in; the first call after the end of one begins the next. The
 * text of an event is unique over all attempts to write it, so that one which was rolled back is told from a later one
 * of the same version.
 */
final class Session implements AutoCloseable {
    private static final AtomicLong EVENTS = new AtomicLong();

    private final String name;
    private final Connection connection;

    private Session(String name, Connection connection) {
        this.name = name;
        this.connection = connection;
    }

    static Session open(ModelDatabase database, String name) throws SQLException {
        Connection connection = database.connect();
        connection.setAutoCommit(false);
        return new Session(name, connection);
    }

    /** Locks the aggregate, bumps its version, and writes the event that tells of it. */
    Session write(String aggregate) throws SQLException {
        long version = lock(aggregate) + 1;
        try (PreparedStatement bump = connection.prepareStatement("update aggregate set version = ? where id = ?")) {
            bump.setLong(1, version);
            bump.setString(2, aggregate);
            bump.executeUpdate();
        }
        record(aggregate, version);
        return this;
    }

    /** An event that has no order. */
    Session writeWithoutKey() throws SQLException {
        record(null, 0);
        return this;
    }

    private long lock(String aggregate) throws SQLException {
        try (PreparedStatement lock =
                connection.prepareStatement("select version from aggregate where id = ? for update")) {
            lock.setString(1, aggregate);
            try (ResultSet row = lock.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        }
    }

    private void record(@Nullable String aggregate, long version) throws SQLException {
        String event = aggregate + " v" + version + " by " + name + "." + EVENTS.incrementAndGet();
        try (PreparedStatement insert = connection.prepareStatement("insert into outbox"
                        + " (aggregatetype, aggregateid, type, payload) values ('model', ?, 'Bumped', ?)");
                PreparedStatement ledger = connection.prepareStatement(
                        "insert into ledger (event, aggregate, version) values (?, ?, ?)")) {
            insert.setString(1, aggregate);
            insert.setBytes(2, event.getBytes(StandardCharsets.UTF_8));
            insert.executeUpdate();
            ledger.setString(1, event);
            ledger.setString(2, aggregate);
            ledger.setLong(3, version);
            ledger.executeUpdate();
        }
    }

    /** Takes a transaction id before any event is written, as a transaction does that first writes elsewhere. */
    Session takeXid() throws SQLException {
        return execute("select pg_current_xact_id()");
    }

    Session writeElsewhere() throws SQLException {
        return execute("insert into elsewhere values (1)");
    }

    Session execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
        return this;
    }

    Savepoint savepoint() throws SQLException {
        return connection.setSavepoint();
    }

    void rollbackTo(Savepoint savepoint) throws SQLException {
        connection.rollback(savepoint);
    }

    void commit() throws SQLException {
        connection.commit();
    }

    void rollback() throws SQLException {
        connection.rollback();
    }

    /** Leaves the transaction to whoever ends it by this name. */
    void prepare(String gid) throws SQLException {
        execute("prepare transaction '" + gid + "'");
    }

    @Override
    public void close() throws SQLException {
        connection.close();
    }
}
