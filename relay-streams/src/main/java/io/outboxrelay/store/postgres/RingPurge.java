package io.outboxrelay.store.postgres;

import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.PurgeWait;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Empties the partitions of the ring that hold acknowledged rows only. Called through the JDBC door. */
final class RingPurge {
    private static final Logger log = LoggerFactory.getLogger(RingPurge.class);
    private static final String LOCK_NOT_AVAILABLE = "55P03";

    private static final Duration SAFE_NUMBERS_AFTER = Duration.ofMinutes(1);

    private final OutboxSql sql;
    private final RingAdvance advance;
    private final PurgeBlockers blockers;
    private final SafeNumbers safeNumbers;

    RingPurge(OutboxSql sql, Duration advanceAfter) {
        this.sql = sql;
        this.advance = new RingAdvance(sql, advanceAfter);
        this.blockers = new PurgeBlockers(sql);
        this.safeNumbers = new SafeNumbers(sql, SAFE_NUMBERS_AFTER);
    }

    /** Goes round all partitions but the one being written. */
    PurgeReport purge(Connection connection) throws SQLException {
        safeNumbers.advance(connection);
        boolean advanced = advance.advance(connection);
        int writing =
                Queries.number(connection, sql.writingLeaf()).orElseThrow().intValue();
        connection.commit();
        int emptied = 0;
        List<PurgeWait> waits = new ArrayList<>();
        for (int n = 0; n < OutboxSql.LEAVES; n++) {
            String leaf = sql.leaves().get(n);
            if (n != writing && Queries.sizeBytes(connection, leaf) > 0) {
                emptied += empty(connection, leaf, waits) ? 1 : 0;
            }
            connection.commit();
        }
        return new PurgeReport(emptied, advanced, waits, parts(connection, writing));
    }

    private List<PurgeReport.Part> parts(Connection connection, int writing) throws SQLException {
        List<PurgeReport.Part> parts = new ArrayList<>();
        for (int n = 0; n < OutboxSql.LEAVES; n++) {
            String leaf = sql.leaves().get(n);
            parts.add(new PurgeReport.Part(
                    leaf,
                    n == writing,
                    Queries.sizeBytes(connection, leaf),
                    Queries.number(connection, OutboxSql.numbers(leaf)).orElse(0L)));
        }
        return parts;
    }

    /**
     * The limit is read before the lock, the newest row after it, by a statement that sees whatever committed until
     * then: no row can slip in between. A writer in progress, prepared ones included, holds a lock on the partition.
     */
    private boolean empty(Connection connection, String leaf, List<PurgeWait> waits) throws SQLException {
        Optional<Long> acknowledgedBelow = Queries.number(connection, sql.acknowledgedBelow());
        connection.commit();
        if (acknowledgedBelow.isEmpty()) {
            return false;
        }
        if (!lock(connection, leaf)) {
            waits.addAll(blockers.ofLock(connection, leaf));
            return false;
        }
        Optional<Long> newest = Queries.number(connection, OutboxSql.newest(leaf));
        if (newest.isPresent() && newest.get() >= acknowledgedBelow.get()) {
            connection.rollback(); // not looked for under the lock: writers would wait
            waits.addAll(blockers.ofPosition(connection, leaf, acknowledgedBelow.get()));
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
}
