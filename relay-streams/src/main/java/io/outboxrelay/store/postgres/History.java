package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a position means anything in the database it is read from. Transaction ids are those of one database
 * system: a dump that was restored, a logical copy or an upgraded database begins them anew. A standby that was
 * promoted keeps them; it begins a new timeline, and position and rows in it are of one moment. Called through the JDBC
 * door.
 */
final class History {
    private static final Logger log = LoggerFactory.getLogger(History.class);

    private final OutboxSql sql;

    /** Where a position comes from; `timeline` is 0 where that was not written down. */
    record Origin(long sysid, int timeline) {}

    private record Now(boolean standby, long sysid, Snapshot snapshot) {}

    History(OutboxSql sql) {
        this.sql = sql;
    }

    /**
     * Why `position` means nothing here; empty if it is of this database's past.
     *
     * @throws RelayException MISCONFIGURED on a standby, whose snapshots do not list what is running
     */
    Optional<String> changed(Connection connection, SnapshotPosition position, Origin origin) throws SQLException {
        Now now = Queries.list(
                        connection,
                        OutboxSql.HISTORY,
                        row -> new Now(row.getBoolean(1), row.getLong(2), Snapshot.parse(row.getString(3))))
                .get(0);
        if (now.standby()) {
            throw new RelayException(
                    Fault.MISCONFIGURED, "the database is a standby; an outbox is read on the primary");
        }
        if (now.sysid() != origin.sysid()) {
            return Optional.of(
                    "its position is from database system " + origin.sysid() + ", this one is " + now.sysid());
        }
        Snapshot newest = position.cur() == null ? position.prev() : position.cur();
        return now.snapshot().xmax() < newest.xmax()
                ? Optional.of("its position " + position + " is ahead of the database at " + now.snapshot())
                : Optional.empty();
    }

    static int timeline(Connection connection) throws SQLException {
        return Queries.number(connection, OutboxSql.TIMELINE).orElseThrow().intValue();
    }

    /** Writes a new timeline down, and says so; the new place of the shard's progress row if it was written. */
    Optional<String> follow(Connection connection, ShardId shard, Origin origin, int timeline) throws SQLException {
        if (timeline == origin.timeline()) {
            return Optional.empty();
        }
        if (origin.timeline() != 0) {
            log.atWarn()
                    .addKeyValue("shard", shard)
                    .addKeyValue("timeline", timeline)
                    .addKeyValue("before", origin.timeline())
                    .log("a standby has become the primary; the shard goes on from the position it finds there");
        }
        List<String> tid =
                Queries.list(connection, sql.setTimeline(), row -> row.getString(1), timeline, shard.number());
        return Optional.of(tid.get(0));
    }
}
