package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.OutboxSettings.HistoryChange;
import io.outboxrelay.store.CarriedPosition;
import io.outboxrelay.store.Handover;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes a shard over: fences every earlier owner, then reads the position. This order is what makes a take-over safe.
 * Called through the JDBC door.
 */
final class TakeOver {
    private static final Logger log = LoggerFactory.getLogger(TakeOver.class);

    private final OutboxSql sql;
    private final String owner;
    private final ParkedRows parked;
    private final HistoryChange onHistoryChange;
    private final History history;

    /** @param owner as {@link io.outboxrelay.store.Owner} has it */
    TakeOver(OutboxSettings settings, String owner) {
        this.owner = owner;
        this.sql = new OutboxSql(settings.table());
        this.parked = new ParkedRows(sql);
        this.onHistoryChange = settings.onHistoryChange();
        this.history = new History(sql);
    }

    /**
     * A claim and what the store needs beside it.
     *
     * @param tid where the progress row lies
     * @param passedAt the snapshot from which on nothing is ahead of the position; null if nothing is now
     */
    record Taken(Claim claim, String tid, @Nullable Snapshot passedAt) {
        SnapshotPosition position() {
            return (SnapshotPosition) claim.position();
        }
    }

    /** What the progress row says once it carries the new epoch. */
    private record Row(Claim claim, String tid, History.Origin origin) {}

    /** @throws RelayException MISCONFIGURED if there is no such shard, or its position is of another history */
    Taken shard(Connection connection, ShardId shard) throws SQLException {
        Row row = fence(connection, shard);
        Optional<String> changed = history.changed(connection, position(row), row.origin());
        if (changed.isPresent()) {
            if (onHistoryChange == HistoryChange.HALT) {
                throw historyChanged(shard, changed.get());
            }
            connection.rollback(); // anchoring takes the locks of all shards in its own order
            new Anchor(sql).replay(connection);
            connection.commit();
            row = fence(connection, shard);
            Optional<String> still = history.changed(connection, position(row), row.origin());
            if (still.isPresent()) {
                throw new RelayException(
                        Fault.TRANSIENT, "shard " + shard + " was anchored anew, and yet " + still.get());
            }
        }
        int timeline = History.timeline(connection);
        String tid = history.follow(connection, shard, row.origin(), timeline).orElse(row.tid());
        Snapshot passedAt = new AheadRows(sql).passedAt(connection, shard.number(), position(row));
        Claim claim = row.claim();
        String lineage = row.origin().sysid() + "/" + timeline;
        return new Taken(
                new Claim(shard, claim.epoch(), claim.slots(), claim.position(), lineage, claim.carrier()),
                tid,
                passedAt);
    }

    /**
     * Goes on from where the former carrier got to, under the new one. What it had carried of another database is left
     * aside: rows are repeated rather than skipped.
     *
     * @throws RelayException FENCED if somebody newer has taken the shard over meanwhile
     */
    Taken resume(Connection connection, Taken taken, Handover.Terms terms) throws SQLException {
        Claim claim = taken.claim();
        SnapshotPosition position = taken.position();
        Optional<CarriedPosition> carried = Optional.ofNullable(terms.carried())
                .map(CarriedPosition::parse)
                .filter(found -> isOfHere(claim, found));
        if (carried.isPresent()) {
            SnapshotPosition reached = SnapshotPosition.parse(carried.get().end());
            position = reached.covers(position) ? reached : position;
            parked.remove(connection, carried.get().released());
        }
        parked.removeBeyond(connection, claim, position);
        try (PreparedStatement resume = connection.prepareStatement(sql.resume())) {
            Reshard.setPosition(resume, 1, position);
            resume.setString(4, terms.carrier());
            resume.setInt(5, claim.shard().number());
            resume.setLong(6, claim.epoch());
            try (ResultSet row = resume.executeQuery()) {
                if (!row.next()) {
                    throw new RelayException(
                            Fault.FENCED, "shard " + claim.shard() + " was taken over while its carrier was shut out");
                }
                Snapshot passedAt =
                        new AheadRows(sql).passedAt(connection, claim.shard().number(), position);
                Claim resumed = new Claim(
                        claim.shard(), claim.epoch(), claim.slots(), position, claim.lineage(), terms.carrier());
                return new Taken(resumed, row.getString(1), passedAt);
            }
        }
    }

    private static boolean isOfHere(Claim claim, CarriedPosition carried) {
        boolean same = carried.lineage().equals(claim.lineage());
        if (!same) {
            log.atError()
                    .addKeyValue("shard", claim.shard())
                    .addKeyValue("lineage", claim.lineage())
                    .addKeyValue("carried", carried.lineage())
                    .log("the position in Kafka is of another history of the database: rows are repeated");
        }
        return same;
    }

    private static SnapshotPosition position(Row row) {
        return (SnapshotPosition) row.claim().position();
    }

    private Row fence(Connection connection, ShardId shard) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql.takeOver())) {
            update.setString(1, owner);
            update.setInt(2, shard.number());
            try (ResultSet row = update.executeQuery()) {
                if (!row.next()) {
                    throw new RelayException(
                            Fault.MISCONFIGURED, "shard " + shard + " is not in table " + sql.progress());
                }
                SnapshotPosition position = Progress.position(row.getString(4), row.getString(5), row.getLong(6));
                SlotRange slots = new SlotRange(row.getInt(2), row.getInt(3));
                Claim claim = new Claim(shard, row.getLong(1), slots, position, "", row.getString(10));
                return new Row(claim, row.getString(8), new History.Origin(row.getLong(7), row.getInt(9)));
            }
        }
    }

    private static RelayException historyChanged(ShardId shard, String evidence) {
        return new RelayException(
                Fault.MISCONFIGURED,
                "database history changed under shard " + shard + ": " + evidence
                        + "; set on-history-change = replay to publish again what may not have been sent");
    }
}
