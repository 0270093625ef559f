package io.outboxrelay.store.postgres;

import io.outboxrelay.store.Finding;
import java.sql.Connection;
import java.sql.SQLException;

/** What the doctor wants of the sequence that orders the events of a key. */
final class SequenceCheck {
    private static final int ROWS_LOOKED_AT = 1_000;

    private final OutboxSql sql;

    private record Definition(long cache, long increment, boolean cycles) {}

    SequenceCheck(OutboxSql sql) {
        this.sql = sql;
    }

    Finding definition(String check, Connection connection) throws SQLException {
        Definition found = Queries.list(
                        connection,
                        "select seqcache, seqincrement, seqcycle from pg_sequence where seqrelid = ?::regclass",
                        row -> new Definition(row.getLong(1), row.getLong(2), row.getBoolean(3)),
                        sql.sequence())
                .get(0);
        return found.equals(new Definition(1, 1, false))
                ? Finding.ok(check, "cache 1, increment 1")
                : Finding.fail(
                        check,
                        "cache " + found.cache() + ", increment " + found.increment()
                                + (found.cycles() ? ", cycling" : "") + ": events of a key can be reordered",
                        "alter sequence " + sql.sequence() + " cache 1 increment 1 no cycle, then have all writers"
                                + " connect anew");
    }

    /** Only the youngest rows are looked at: a sequence that was left behind is behind all of them. */
    Finding position(String check, Connection connection) throws SQLException {
        long last = Queries.number(connection, "select last_value from " + sql.sequence())
                .orElseThrow();
        long newest = Queries.number(connection, "select max(seq_low) from " + sql.progress())
                .orElse(0L);
        for (String leaf : sql.leaves()) {
            long seq = Queries.number(
                            connection,
                            "select max(seq) from (select seq from " + leaf + " order by txid desc limit "
                                    + ROWS_LOOKED_AT + ") youngest")
                    .orElse(0L);
            newest = Math.max(newest, seq);
        }
        // Rows may have been written since the first statement; the sequence only grows.
        long now = Queries.number(connection, "select last_value from " + sql.sequence())
                .orElseThrow();
        return newest <= Math.max(last, now)
                ? Finding.ok(check, "at " + now + ", ahead of the newest rows")
                : Finding.fail(
                        check,
                        "at " + now + ", but there are rows up to " + newest
                                + ": the sequence was not copied along with them, new events would come before old ones",
                        "stop the writers, select setval('" + sql.sequence() + "', max(seq)) from " + sql.table());
    }
}
