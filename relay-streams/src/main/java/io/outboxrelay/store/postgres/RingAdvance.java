package io.outboxrelay.store.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves writing on to the next partition by using sequence numbers up, so that a slow outbox does not keep sent rows
 * until a million more were written. Never by setting the sequence: writers use it at the same time, and a number given
 * out twice would break the order. Two nodes doing this at once only waste numbers.
 */
final class RingAdvance {
    private static final Logger log = LoggerFactory.getLogger(RingAdvance.class);
    /** Numbers of one transaction, about 200 ms; using them up keeps a transaction id open. */
    private static final long BURN_AT_ONCE = 100_000;
    /** What is left over is done by the next call. */
    private static final Duration LONGEST = Duration.ofSeconds(5);

    private final OutboxSql sql;
    private final Duration after;

    private record Oldest(long txid, long ageMillis) {}

    /** `after` is the age a sent row of the partition being written may reach. */
    RingAdvance(OutboxSql sql, Duration after) {
        this.sql = sql;
        this.after = after;
    }

    /** Returns true if writing has moved on. Commits. */
    boolean advance(Connection connection) throws SQLException {
        int writing =
                Queries.number(connection, sql.writingLeaf()).orElseThrow().intValue();
        boolean due = keepsOldSentRows(connection, sql.leaves().get(writing)) && nextIsEmpty(connection, writing);
        connection.commit();
        return due && burn(connection, sql.leaves().get(writing));
    }

    private boolean keepsOldSentRows(Connection connection, String leaf) throws SQLException {
        Optional<Long> acknowledgedBelow = Queries.number(connection, sql.acknowledgedBelow());
        List<Oldest> oldest =
                Queries.list(connection, OutboxSql.oldest(leaf), row -> new Oldest(row.getLong(1), row.getLong(2)));
        return acknowledgedBelow.isPresent()
                && !oldest.isEmpty()
                && oldest.get(0).txid() < acknowledgedBelow.get()
                && oldest.get(0).ageMillis() > after.toMillis();
    }

    /** Moving on into a partition with old rows would mix their ages and empty nothing sooner. */
    private boolean nextIsEmpty(Connection connection, int writing) throws SQLException {
        String next = sql.leaves().get((writing + 1) % OutboxSql.LEAVES);
        return Queries.sizeBytes(connection, next) == 0;
    }

    private boolean burn(Connection connection, String leaf) throws SQLException {
        long began = System.nanoTime();
        long first = Queries.number(connection, "select last_value from " + sql.sequence())
                .orElseThrow();
        long boundary = ((first >> OutboxSql.LEAF_BITS) + 1) << OutboxSql.LEAF_BITS;
        long last = first;
        while (last < boundary && System.nanoTime() - began < LONGEST.toNanos()) {
            last = Queries.number(connection, sql.burn(), Math.min(BURN_AT_ONCE, boundary - last))
                    .orElseThrow();
            connection.commit();
        }
        log.atInfo()
                .addKeyValue("partition", leaf)
                .addKeyValue("numbers", last - first)
                .addKeyValue("took_ms", (System.nanoTime() - began) / 1_000_000)
                .log(last >= boundary ? "moved writing on to the next partition" : "moving writing on, not there yet");
        return last >= boundary;
    }
}
