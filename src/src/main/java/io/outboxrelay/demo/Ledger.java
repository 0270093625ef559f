package io.outboxrelay.demo;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.BitSet;
import java.util.UUID;

/**
 * A table the orders' transactions write beside the outbox: what is in it was committed, what is not was not. So the
 * database itself says what must arrive, not the memory of the program that wrote it.
 */
final class Ledger {
    private static final int FETCH_ROWS = 10_000;

    private final EventIds ids;

    Ledger(EventIds ids) {
        this.ids = ids;
    }

    static void createTable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table ledger (event_id uuid primary key, order_id text not null,"
                    + " version bigint not null, kind text not null)");
        }
    }

    /** In the caller's open transaction. */
    static void write(Connection connection, UUID event, OrderChanged change, OrderTransaction.Kind kind)
            throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement("insert into ledger values (?, ?, ?, ?)")) {
            insert.setObject(1, event);
            insert.setString(2, change.order());
            insert.setLong(3, change.version());
            insert.setString(4, kind.name());
            insert.executeUpdate();
        }
    }

    /** Every committed event, one bit each. */
    BitSet committed(Connection connection) throws SQLException {
        BitSet committed = new BitSet();
        connection.setAutoCommit(false); // only then does the driver read in pieces
        try (Statement statement = connection.createStatement()) {
            statement.setFetchSize(FETCH_ROWS);
            try (ResultSet rows = statement.executeQuery("select event_id::text from ledger")) {
                while (rows.next()) {
                    committed.set(ids.numberOf(rows.getString(1)).orElseThrow());
                }
            }
        }
        connection.commit();
        return committed;
    }
}
