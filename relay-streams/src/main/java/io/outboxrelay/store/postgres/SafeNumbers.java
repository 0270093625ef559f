package io.outboxrelay.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Optional;

/**
 * Keeps, for each shard, a sequence number up to which every row is acknowledged for certain ({@code seq_low}). It is
 * the only thing about a position that still means something after transaction ids began anew, so that {@link Anchor}
 * need not publish everything again.
 *
 * <p>A row gets its transaction id before its number. So once every transaction up to X is acknowledged, X begun after
 * number v was given out, all numbers up to v are. X is committed with a flush, so no crash takes v back.
 *
 * <p>One instance is used by one caller at a time.
 */
final class SafeNumbers {
    private final OutboxSql sql;
    private final long everyNanos;
    private Optional<Mark> mark = Optional.empty();
    private long lastNumber;

    /** Number `number` was given out before transaction `txid` began. */
    private record Mark(long number, long txid, long atNanos) {}

    /** @param every how old a mark must be before it is used */
    SafeNumbers(OutboxSql sql, Duration every) {
        this.sql = sql;
        this.everyNanos = every.toNanos();
    }

    /** Uses the mark once it is old enough, then sets the next one. Commits. */
    void advance(Connection connection) throws SQLException {
        if (mark.isPresent() && System.nanoTime() - mark.get().atNanos() < everyNanos) {
            return;
        }
        if (mark.isPresent()) {
            raise(connection, mark.get());
        }
        mark = next(connection);
    }

    private void raise(Connection connection, Mark reached) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql.raiseSafeNumber())) {
            update.setLong(1, reached.number());
            update.setLong(2, reached.number());
            update.setLong(3, reached.txid());
            update.executeUpdate();
        }
        connection.commit();
    }

    private Optional<Mark> next(Connection connection) throws SQLException {
        long number = Queries.number(connection, "select last_value from " + sql.sequence())
                .orElseThrow();
        connection.commit();
        if (number == lastNumber) {
            return mark; // shards that were behind then may have passed it since
        }
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local synchronous_commit = on");
        }
        long txid = Queries.number(connection, OutboxSql.LOGGED_TRANSACTION).orElseThrow();
        connection.commit();
        lastNumber = number;
        return Optional.of(new Mark(number, txid, System.nanoTime()));
    }
}
