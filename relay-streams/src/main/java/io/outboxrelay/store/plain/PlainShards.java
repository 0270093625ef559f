package io.outboxrelay.store.plain;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.store.Holder;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The relay's own table beside a plain outbox: slots and epoch of each shard. Called through the JDBC door. */
final class PlainShards {
    private static final String INTEGRITY_VIOLATION = "23"; // class of SQLSTATE

    private final PlainSql sql;
    private final String self;

    /** @param self as {@link io.outboxrelay.store.Owner} has it */
    PlainShards(PlainSql sql, String self) {
        this.sql = sql;
        this.self = self;
    }

    /** Fences every earlier owner. */
    Claim takeOver(Connection connection, ShardId shard) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql.takeOver());
                PreparedStatement read = connection.prepareStatement(sql.shard())) {
            update.setString(1, self);
            update.setInt(2, shard.number());
            if (update.executeUpdate() == 0) {
                throw missing(shard);
            }
            read.setInt(1, shard.number());
            try (ResultSet row = read.executeQuery()) {
                row.next();
                SlotRange slots = new SlotRange(row.getInt(2), row.getInt(3));
                return new Claim(shard, row.getLong(1), slots, PlainPosition.start());
            }
        }
    }

    /** Until the transaction ends nobody can take the shard over; whoever has already, is newer. */
    void holdEpoch(Connection connection, Claim claim) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(sql.epochForUpdate())) {
            read.setInt(1, claim.shard().number());
            try (ResultSet row = read.executeQuery()) {
                if (!row.next()) {
                    throw missing(claim.shard());
                }
                if (row.getLong(1) != claim.epoch()) {
                    throw Holder.fenced(claim.shard(), claim.epoch(), new Holder(row.getLong(1), row.getString(2)));
                }
            }
        }
    }

    boolean isPrimary(Connection connection) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(sql.primary());
                ResultSet row = read.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }

    /** Of every shard by its number. */
    Map<Integer, Holder> holders(Connection connection) throws SQLException {
        Map<Integer, Holder> holders = new HashMap<>();
        try (PreparedStatement read = connection.prepareStatement(sql.owners());
                ResultSet row = read.executeQuery()) {
            while (row.next()) {
                holders.put(row.getInt(1), new Holder(row.getLong(2), row.getString(3)));
            }
        }
        return holders;
    }

    private RelayException missing(ShardId shard) {
        return new RelayException(Fault.MISCONFIGURED, "shard " + shard + " is not in table " + sql.shards());
    }

    /** Creates the shards of a new outbox, once, whoever comes first. */
    int setUp(Connection connection, int whenNew) throws SQLException {
        int existing = count(connection);
        if (existing > 0) {
            return existing;
        }
        List<SlotRange> ranges = Slots.split(whenNew);
        try (PreparedStatement insert = connection.prepareStatement(sql.createShard())) {
            for (int n = 0; n < whenNew; n++) {
                insert.setInt(1, n);
                insert.setInt(2, ranges.get(n).low());
                insert.setInt(3, ranges.get(n).high());
                insert.executeUpdate();
            }
            return whenNew;
        } catch (SQLException e) {
            if (e.getSQLState() == null || !e.getSQLState().startsWith(INTEGRITY_VIOLATION)) {
                throw e;
            }
            connection.rollback(); // another node was quicker: all nodes begin with shard 0, so it wins as a whole
            return count(connection);
        }
    }

    /** The new epoch is above every one before: the number of a shard that is gone may come back one day. */
    void deal(Connection connection, int count) throws SQLException {
        List<SlotRange> before = new ArrayList<>();
        long epoch = 0;
        try (PreparedStatement read = connection.prepareStatement(sql.shardsForUpdate());
                ResultSet row = read.executeQuery()) {
            while (row.next()) {
                before.add(new SlotRange(row.getInt(1), row.getInt(2)));
                epoch = Math.max(epoch, row.getLong(3));
            }
        }
        List<SlotRange> ranges = Slots.split(count);
        if (before.equals(ranges)) {
            return;
        }
        for (int shard = 0; shard < count; shard++) {
            String statement = shard < before.size() ? sql.changeShard() : sql.addShard();
            try (PreparedStatement write = connection.prepareStatement(statement)) {
                write.setInt(1, ranges.get(shard).low());
                write.setInt(2, ranges.get(shard).high());
                write.setLong(3, epoch + 1);
                write.setInt(4, shard);
                write.executeUpdate();
            }
        }
        try (PreparedStatement remove = connection.prepareStatement(sql.removeShardsFrom())) {
            remove.setInt(1, count);
            remove.executeUpdate();
        }
    }

    int count(Connection connection) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(sql.countShards());
                ResultSet row = count.executeQuery()) {
            row.next();
            return row.getInt(1);
        }
    }
}
