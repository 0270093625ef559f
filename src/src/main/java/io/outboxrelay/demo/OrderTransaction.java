package io.outboxrelay.demo;

import io.outboxrelay.client.OutboxEvent;
import io.outboxrelay.client.OutboxWriter;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.IntSupplier;

/**
 * One change of one order, as a service would write it: lock the row, raise its version, write the event, commit. Every
 * event takes a new attempt number, whatever becomes of it.
 */
final class OrderTransaction {

    /** How a transaction goes; together they are the ways in which writers make life hard for a relay. */
    enum Kind {
        PLAIN(1, 0),
        TWO_EVENTS(2, 0),
        ROLLED_BACK(0, 1),
        SAVEPOINT(1, 1),
        SLOW(1, 0);

        /** Events it leaves committed and rolled back. */
        final int committed;

        final int rolledBack;

        Kind(int committed, int rolledBack) {
            this.committed = committed;
            this.rolledBack = rolledBack;
        }
    }

    private static final String AGGREGATE = "order";
    private static final double SLOW_SECONDS = 0.4;

    private final EventIds ids;
    private final IntSupplier nextAttempt;
    private final OutboxWriter outbox;
    private final Clock clock;

    OrderTransaction(EventIds ids, IntSupplier nextAttempt, OutboxWriter outbox, Clock clock) {
        this.ids = ids;
        this.nextAttempt = nextAttempt;
        this.outbox = outbox;
        this.clock = clock;
    }

    /** Runs one transaction to its end and returns the attempts that were rolled back in it. */
    List<Integer> run(Connection connection, String order, Kind kind) throws SQLException {
        List<Integer> rolledBack = new ArrayList<>();
        lock(connection, order);
        switch (kind) {
            case PLAIN -> change(connection, order, kind);
            case TWO_EVENTS -> {
                change(connection, order, kind);
                change(connection, order, kind);
            }
            case ROLLED_BACK -> rolledBack.add(change(connection, order, kind));
            case SAVEPOINT -> {
                Savepoint before = connection.setSavepoint();
                rolledBack.add(change(connection, order, kind));
                connection.rollback(before);
                change(connection, order, kind);
            }
            case SLOW -> {
                change(connection, order, kind);
                stayOpen(connection);
            }
        }
        if (kind == Kind.ROLLED_BACK) {
            connection.rollback();
        } else {
            connection.commit();
        }
        return rolledBack;
    }

    private int change(Connection connection, String order, Kind kind) throws SQLException {
        int attempt = nextAttempt.getAsInt();
        UUID id = ids.of(attempt);
        long writtenMicros = kind == Kind.SLOW ? 0 : ChronoUnit.MICROS.between(Instant.EPOCH, clock.instant());
        OrderChanged change = new OrderChanged(order, raiseVersion(connection, order), attempt, writtenMicros);
        Ledger.write(connection, id, change, kind);
        outbox.write(
                connection,
                OutboxEvent.to(AGGREGATE).id(id).key(order).type("OrderChanged").json(change.toJson()));
        return attempt;
    }

    private static void lock(Connection connection, String order) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select version from orders where id = ? for update")) {
            select.setString(1, order);
            try (ResultSet rows = select.executeQuery()) {
                if (!rows.next()) {
                    throw new SQLException("order " + order + " does not exist");
                }
            }
        }
    }

    private static long raiseVersion(Connection connection, String order) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update orders set version = version + 1, changed_at = clock_timestamp() where id = ? returning version")) {
            update.setString(1, order);
            try (ResultSet rows = update.executeQuery()) {
                rows.next();
                return rows.getLong(1);
            }
        }
    }

    /** Holds the transaction open after its event was written: others commit later events meanwhile. */
    private static void stayOpen(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_sleep(" + SLOW_SECONDS + ")");
        }
    }
}
