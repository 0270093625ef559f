package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Anchors an outbox in the transaction ids of the database it is in now, after a dump was restored or a logical copy
 * took over. Every row that is not known to be acknowledged is written again under a transaction of this database, and
 * every shard begins before that transaction: rows may be repeated, none is lost. Called through the JDBC door.
 */
final class Anchor {
    private static final Logger log = LoggerFactory.getLogger(Anchor.class);

    private final OutboxSql sql;

    Anchor(OutboxSql sql) {
        this.sql = sql;
    }

    /**
     * Does nothing if another node was quicker. The caller commits.
     *
     * @throws RelayException MISCONFIGURED if the sequence would give out numbers that were used before
     */
    void replay(Connection connection) throws SQLException {
        Progress.lock(connection, sql);
        if (Queries.number(connection, sql.shardsOfOtherHistory()).orElse(0L) == 0) {
            return;
        }
        checkSequence(connection);
        try (Statement statement = connection.createStatement()) {
            statement.execute("set local lock_timeout = '5s'"); // writers that come later wait behind this one
            statement.execute("lock table " + sql.table() + " in access exclusive mode");
            statement.execute(sql.keepUnacknowledged());
            statement.execute("truncate " + sql.table());
            int rows = statement.executeUpdate(sql.writeKeptAgain());
            // not the snapshot itself: taken inside a transaction, it may count the transaction's own id as visible
            int shards = statement.executeUpdate(sql.anchorShards());
            statement.execute("delete from " + sql.ahead());
            statement.execute("update " + sql.parked() + " set txid = null");
            log.atWarn()
                    .addKeyValue("table", sql.table())
                    .addKeyValue("rows", rows)
                    .addKeyValue("shards", shards)
                    .log("database history changed: rows that may not have been sent are published again");
        }
    }

    /** A logical copy does not bring the sequence's value along; numbers given out twice would break the order. */
    private void checkSequence(Connection connection) throws SQLException {
        long last = Queries.number(connection, "select last_value from " + sql.sequence())
                .orElseThrow();
        long used = Queries.number(connection, sql.highestNumber()).orElse(0L);
        if (last < used) {
            throw new RelayException(
                    Fault.MISCONFIGURED,
                    "sequence " + sql.sequence() + " is at " + last + ", but number " + used
                            + " was used; stop the writers and select setval('" + sql.sequence() + "', " + used + ")");
        }
    }
}
