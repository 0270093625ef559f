package io.outboxrelay.store.postgres;

import io.outboxrelay.model.Slots;
import io.outboxrelay.store.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/** What the doctor wants of the shards and of the ring of partitions. */
final class RingCheck {
    private final OutboxSql sql;

    private record Range(int shard, int low, int high) {}

    RingCheck(OutboxSql sql) {
        this.sql = sql;
    }

    /** Every slot must belong to exactly one shard: to none, its events are never read; to two, they are read twice. */
    Finding shards(String check, Connection connection) throws SQLException {
        List<Range> ranges = Queries.list(
                connection,
                "select shard, slot_lo, slot_hi from " + sql.progress() + " order by slot_lo, slot_hi",
                row -> new Range(row.getInt(1), row.getInt(2), row.getInt(3)));
        if (ranges.isEmpty()) {
            return Finding.warn(check, "not set up yet", "start a node: the first one sets them up");
        }
        List<String> wrong = new ArrayList<>();
        int next = 0;
        for (Range range : ranges) {
            if (range.low() > next) {
                wrong.add("slots " + next + " to " + (range.low() - 1) + " belong to no shard");
            } else if (range.low() < next) {
                wrong.add("shard " + range.shard() + " begins at slot " + range.low() + ", which another one has");
            }
            next = Math.max(next, range.high() + 1);
        }
        if (next != Slots.COUNT) {
            wrong.add("slots end at " + (next - 1) + ", expected " + (Slots.COUNT - 1));
        }
        return wrong.isEmpty()
                ? Finding.ok(check, ranges.size() + ", which have every slot once")
                : Finding.fail(
                        check,
                        String.join("; ", wrong),
                        "stop the nodes and correct " + sql.progress() + ": its rows were changed by hand");
    }

    Finding partitions(String check, Connection connection) throws SQLException {
        int writing =
                Queries.number(connection, sql.writingLeaf()).orElseThrow().intValue();
        List<String> shown = new ArrayList<>();
        boolean nextHoldsRows = false;
        for (int n = 0; n < OutboxSql.LEAVES; n++) {
            String leaf = sql.leaves().get(n);
            long sizeBytes = Queries.sizeBytes(connection, leaf);
            nextHoldsRows |= n == (writing + 1) % OutboxSql.LEAVES && sizeBytes > 0;
            shown.add(leaf + " " + sizeBytes / 1024 + " KiB" + (n == writing ? " (being written)" : ""));
        }
        String detail = String.join(", ", shown);
        return nextHoldsRows
                ? Finding.warn(
                        check,
                        detail + ": the partition to be written next still holds rows",
                        "see positions and long transactions here, and the coordinator's log, for what purging waits"
                                + " for; until then the table grows")
                : Finding.ok(check, detail);
    }

    /** Rows that were put aside concern somebody. */
    Finding parked(String check, Connection connection) throws SQLException {
        long rows = Queries.number(connection, "select count(*) from " + sql.parked())
                .orElse(0L);
        return rows == 0
                ? Finding.ok(check, "no rows")
                : Finding.warn(
                        check,
                        rows + " rows can never be published as they are",
                        "select id, reason, attempts, first_at from " + sql.parked() + " says which and why");
    }
}
