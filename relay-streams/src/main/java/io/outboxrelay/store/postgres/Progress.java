package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The progress table: one row per shard, its owner's epoch and how far it is. Called through the JDBC door. */
final class Progress {
    /** Of whatever shard: counting them costs about as much as reading them. */
    private static final int MOST_LOOKED_AT = 20_000;

    private final OutboxSql sql;

    Progress(OutboxSql sql) {
        this.sql = sql;
    }

    static SnapshotPosition position(String prev, @Nullable String cur, long seq) {
        return new SnapshotPosition(Snapshot.parse(prev), cur == null ? null : Snapshot.parse(cur), seq);
    }

    /** Creates the shards of a new outbox, once, whoever comes first. */
    int shards(Connection connection, int whenNew) throws SQLException {
        lock(connection, sql);
        int existing = countShards(connection);
        if (existing > 0) {
            return existing;
        }
        List<SlotRange> ranges = Slots.split(whenNew);
        try (PreparedStatement insert = connection.prepareStatement(sql.createShard())) {
            for (int n = 0; n < whenNew; n++) {
                insert.setInt(1, n);
                insert.setInt(2, ranges.get(n).low());
                insert.setInt(3, ranges.get(n).high());
                insert.setString(4, Snapshot.NOTHING.toString());
                insert.addBatch();
            }
            insert.executeBatch();
        }
        return whenNew;
    }

    /** Until the transaction ends nobody else changes how many shards there are. */
    static void lock(Connection connection, OutboxSql sql) throws SQLException {
        try (PreparedStatement lock = connection.prepareStatement("select pg_advisory_xact_lock(hashtext(?::text))")) {
            lock.setString(1, sql.progress());
            lock.execute();
        }
    }

    int countShards(Connection connection) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(sql.countShards());
                ResultSet row = count.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }

    /** Who has taken the shard over since this claim. */
    Optional<String> successor(Connection connection, Claim claim) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(sql.owner())) {
            read.setInt(1, claim.shard().number());
            try (ResultSet row = read.executeQuery()) {
                return row.next() && row.getLong(1) > claim.epoch()
                        ? Optional.ofNullable(row.getString(3))
                        : Optional.empty();
            }
        }
    }

    /** What waits, by the position last written. */
    Backlog backlog(Connection connection, ShardId shard) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(sql.position())) {
            read.setInt(1, shard.number());
            try (ResultSet row = read.executeQuery()) {
                if (!row.next()) {
                    throw new RelayException(
                            Fault.MISCONFIGURED, "shard " + shard + " is not in table " + sql.progress());
                }
                SnapshotPosition position = position(row.getString(1), row.getString(2), row.getLong(3));
                return count(connection, shard, position, new SlotRange(row.getInt(4), row.getInt(5)));
            }
        }
    }

    private Backlog count(Connection connection, ShardId shard, SnapshotPosition position, SlotRange slots)
            throws SQLException {
        Snapshot prev = position.prev();
        Snapshot cur = position.cur() == null ? prev : position.cur();
        try (PreparedStatement count = connection.prepareStatement(sql.backlog(shard.number()))) {
            count.setInt(1, slots.low());
            count.setInt(2, slots.high());
            count.setString(3, Long.toString(prev.xmax()));
            count.setString(4, cur.toString());
            count.setLong(5, position.seq());
            count.setString(6, IntervalCursor.array(prev.running()));
            count.setString(7, cur.toString());
            count.setLong(8, position.seq());
            count.setInt(9, MOST_LOOKED_AT);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                Duration age = Duration.ofMillis(Math.max(0, (long) (row.getDouble(2) * 1_000)));
                return new Backlog(row.getLong(1), row.getLong(3) == MOST_LOOKED_AT, age);
            }
        }
    }
}
