package io.outboxrelay.store.postgres;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Empties the partitions of the ring that hold acknowledged rows only. Called through the JDBC door. */
final class RingPurge {
    private static final Logger log = LoggerFactory.getLogger(RingPurge.class);
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private final OutboxSql sql;

    RingPurge(OutboxSql sql) {
        this.sql = sql;
    }

    /** Goes round all partitions but the one being written; returns how many were emptied. */
    int purge(Connection connection) throws SQLException {
        int writing = (int) number(connection, sql.writingLeaf()).orElse(-1L).longValue();
        int emptied = 0;
        for (int n = 0; n < OutboxSql.LEAVES; n++) {
            String leaf = sql.leaves().get(n);
            if (n != writing
                    && number(connection, "select pg_relation_size('" + leaf + "')")
                                    .orElse(0L)
                            > 0) {
                emptied += empty(connection, leaf) ? 1 : 0;
            }
            connection.commit();
        }
        return emptied;
    }

    /**
     * The limit is read before the lock, the newest row after it, by a statement that sees whatever committed until
     * then: no row can slip in between. A writer in progress, prepared ones included, holds a lock on the partition.
     */
    private boolean empty(Connection connection, String leaf) throws SQLException {
        Optional<Long> acknowledgedBelow = number(connection, sql.acknowledgedBelow());
        connection.commit();
        if (acknowledgedBelow.isEmpty() || !lock(connection, leaf)) {
            return false;
        }
        Optional<Long> newest =
                number(connection, "select txid::text::bigint from " + leaf + " order by txid desc limit 1");
        if (newest.isPresent() && newest.get() >= acknowledgedBelow.get()) {
            connection.rollback();
            return false;
        }
        execute(connection, "truncate " + leaf);
        connection.commit();
        log.atInfo().addKeyValue("partition", leaf).log("emptied a drained partition");
        return true;
    }

    private static boolean lock(Connection connection, String leaf) throws SQLException {
        try {
            execute(connection, "lock table " + leaf + " in access exclusive mode nowait");
            return true;
        } catch (SQLException e) {
            connection.rollback();
            if (LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                return false;
            }
            throw e;
        }
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (Statement call = connection.createStatement()) {
            call.execute(statement);
        }
    }

    private static Optional<Long> number(Connection connection, String query) throws SQLException {
        try (Statement call = connection.createStatement();
                ResultSet row = call.executeQuery(query)) {
            @Nullable Object value = row.next() ? row.getObject(1) : null;
            return value instanceof Number number ? Optional.of(number.longValue()) : Optional.empty();
        }
    }
}
