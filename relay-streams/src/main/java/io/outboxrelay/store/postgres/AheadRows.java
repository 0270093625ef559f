package io.outboxrelay.store.postgres;

import io.outboxrelay.model.SlotRange;
import io.outboxrelay.store.postgres.ReshardPlan.Ahead;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table of what merged shards had acknowledged beyond their common position. Called through the JDBC door. */
final class AheadRows {
    private final OutboxSql sql;

    AheadRows(OutboxSql sql) {
        this.sql = sql;
    }

    List<Ahead> of(Connection connection, int shard) throws SQLException {
        return Queries.list(
                connection,
                "select slot_lo, slot_hi, prev::text, cur::text, seq from " + sql.ahead() + " where shard = ?",
                row -> new Ahead(
                        new SlotRange(row.getInt(1), row.getInt(2)),
                        Progress.position(row.getString(3), row.getString(4), row.getLong(5))),
                shard);
    }

    /**
     * The snapshot at which nothing of the shard's is ahead of its position any more; null if nothing is now. Drops the
     * shard's entries when its position has passed them all.
     */
    @Nullable
    Snapshot passedAt(Connection connection, int shard, SnapshotPosition position) throws SQLException {
        Snapshot last = null;
        boolean passed = true;
        for (Ahead ahead : of(connection, shard)) {
            Snapshot prev = ahead.position().prev();
            Snapshot cur = ahead.position().cur();
            Snapshot end = cur == null ? prev : cur;
            last = last == null || end.covers(last) ? end : last;
            passed &= position.covers(ahead.position());
        }
        if (last == null || !passed) {
            return last;
        }
        try (PreparedStatement delete =
                connection.prepareStatement("delete from " + sql.ahead() + " where shard = ?")) {
            delete.setInt(1, shard);
            delete.executeUpdate();
        }
        return null;
    }

    void add(Connection connection, int shard, Ahead ahead) throws SQLException {
        try (PreparedStatement insert = connection.prepareStatement(sql.addAhead())) {
            insert.setInt(1, shard);
            insert.setInt(2, ahead.slots().low());
            insert.setInt(3, ahead.slots().high());
            Reshard.setPosition(insert, 4, ahead.position());
            insert.executeUpdate();
        }
    }

    /** Of all shards. */
    void clear(Connection connection) throws SQLException {
        try (PreparedStatement delete = connection.prepareStatement("delete from " + sql.ahead())) {
            delete.executeUpdate();
        }
    }
}
