package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.postgres.ReshardPlan.Ahead;
import io.outboxrelay.store.postgres.ReshardPlan.Standing;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Deals the slots to another number of shards, in one transaction that fences every owner. Outbox rows are not touched.
 * Called through the JDBC door.
 */
final class Reshard {
    private static final String POSITION = "prev::text, cur::text, seq";

    private final OutboxSql sql;

    /** A row of the progress table. */
    private record Row(int shard, long epoch, long seqLow, long sysid, int timeline, Standing standing) {}

    Reshard(OutboxSql sql) {
        this.sql = sql;
    }

    /**
     * Changes nothing if there are `count` shards already.
     *
     * @throws RelayException MISCONFIGURED if the positions are not of one database, or do not have every slot once
     */
    void to(Connection connection, int count) throws SQLException {
        Progress.lock(connection, sql);
        List<Row> rows = rows(connection);
        List<SlotRange> ranges =
                rows.stream().map(row -> row.standing().slots()).toList();
        if (ranges.equals(Slots.split(count))) {
            return;
        }
        if (rows.stream().mapToLong(Row::sysid).distinct().count() > 1) {
            throw new RelayException(
                    Fault.MISCONFIGURED,
                    "the positions in " + sql.progress()
                            + " are of several databases; let every shard start once first");
        }
        List<Long> carried = Queries.list(connection, sql.carriedShards(), row -> row.getLong(1));
        if (!carried.isEmpty()) {
            throw new RelayException(
                    Fault.MISCONFIGURED,
                    "rows of shards " + carried + " may still be on their way to Kafka; let these shards start once");
        }
        ReshardPlan plan = plan(rows, count);
        write(connection, rows, plan);
        writeAhead(connection, plan);
    }

    private ReshardPlan plan(List<Row> rows, int count) {
        try {
            return ReshardPlan.of(rows.stream().map(Row::standing).toList(), count);
        } catch (IllegalArgumentException e) {
            throw new RelayException(
                    Fault.MISCONFIGURED, "cannot deal the slots in " + sql.progress() + ": " + e.getMessage(), e);
        }
    }

    /** Locks them all: a take-over or an acknowledgement that comes now waits, and then finds a newer epoch. */
    private List<Row> rows(Connection connection) throws SQLException {
        AheadRows ahead = new AheadRows(sql);
        return Queries.list(
                connection,
                "select " + POSITION + ", slot_lo, slot_hi, shard, epoch, seq_low, sysid, timeline from "
                        + sql.progress() + " order by slot_lo for update",
                row -> new Row(
                        row.getInt(6),
                        row.getLong(7),
                        row.getLong(8),
                        row.getLong(9),
                        row.getInt(10),
                        new Standing(
                                new SlotRange(row.getInt(4), row.getInt(5)),
                                Progress.position(row.getString(1), row.getString(2), row.getLong(3)),
                                ahead.of(connection, row.getInt(6)))));
    }

    /** The new epoch is above every one before: the number of a shard that is gone may come back one day. */
    private void write(Connection connection, List<Row> rows, ReshardPlan plan) throws SQLException {
        long epoch = rows.stream().mapToLong(Row::epoch).max().orElseThrow() + 1;
        List<Integer> known = rows.stream().map(Row::shard).toList();
        for (int shard = 0; shard < plan.shards().size(); shard++) {
            Standing standing = plan.shards().get(shard);
            String statement = known.contains(shard) ? sql.changeShard() : sql.addShard();
            try (PreparedStatement write = connection.prepareStatement(statement)) {
                write.setInt(1, standing.slots().low());
                write.setInt(2, standing.slots().high());
                write.setLong(3, epoch);
                setPosition(write, 4, standing.position());
                write.setLong(7, seqLow(rows, standing.slots()));
                write.setLong(8, rows.get(0).sysid());
                write.setInt(9, rows.get(0).timeline());
                write.setInt(10, shard);
                write.executeUpdate();
            }
        }
        try (PreparedStatement delete = connection.prepareStatement(sql.removeShardsFrom())) {
            delete.setInt(1, plan.shards().size());
            delete.executeUpdate();
        }
    }

    private static long seqLow(List<Row> rows, SlotRange slots) {
        OptionalLong lowest = rows.stream()
                .filter(row -> slots.meets(row.standing().slots()).isPresent())
                .mapToLong(Row::seqLow)
                .min();
        return lowest.orElseThrow();
    }

    private void writeAhead(Connection connection, ReshardPlan plan) throws SQLException {
        AheadRows rows = new AheadRows(sql);
        rows.clear(connection);
        for (int shard = 0; shard < plan.shards().size(); shard++) {
            for (Ahead ahead : plan.shards().get(shard).ahead()) {
                rows.add(connection, shard, ahead);
            }
        }
    }

    /** Sets three parameters: prev, cur, seq. */
    static void setPosition(PreparedStatement statement, int first, SnapshotPosition position) throws SQLException {
        @Nullable Snapshot cur = position.cur();
        statement.setString(first, position.prev().toString());
        statement.setString(first + 1, cur == null ? null : cur.toString());
        statement.setLong(first + 2, position.seq());
    }
}
