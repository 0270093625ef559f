package io.outboxrelay.store.postgres;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Finding;
import io.outboxrelay.store.PurgeWait;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What the doctor wants of the positions of the shards. */
final class PositionCheck {
    private final OutboxSql sql;
    private final OutboxSettings settings;
    private final Duration longOpen;

    PositionCheck(OutboxSql sql, OutboxSettings settings, Duration longOpen) {
        this.sql = sql;
        this.settings = settings;
        this.longOpen = longOpen;
    }

    /** Transaction ids mean something only in the database they came from. */
    Finding history(String check, Connection connection) throws SQLException {
        long foreign = Queries.number(
                        connection,
                        "select count(*) from " + sql.progress()
                                + " where sysid <> (select system_identifier from pg_control_system())")
                .orElse(0L);
        long ahead = Queries.number(
                        connection,
                        "select count(*) from " + sql.progress() + " where pg_snapshot_xmax(coalesce(cur, prev))"
                                + " > pg_snapshot_xmax(pg_current_snapshot())")
                .orElse(0L);
        return foreign + ahead == 0
                ? Finding.ok(check, "the positions are from this database system")
                : Finding.fail(
                        check,
                        foreign + " shards have positions of another database system, " + ahead
                                + " are ahead of this one: it was restored, or replaced by a logical copy",
                        "set on-history-change = replay, which publishes again what may not have been sent; delete"
                                + " nothing from " + sql.table() + " until then");
    }

    Finding oldest(String check, Connection connection) throws SQLException {
        Optional<Long> below = Queries.number(connection, sql.acknowledgedBelow());
        if (below.isEmpty()) {
            return Finding.ok(check, "none yet");
        }
        long now = Queries.number(connection, "select pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
                .orElseThrow();
        String detail =
                "acknowledged up to transaction " + below.get() + ", " + (now - below.get()) + " before the newest";
        Optional<PurgeWait> holder = new PurgeBlockers(sql)
                .ofPosition(connection, sql.table(), below.get()).stream()
                        .filter(wait -> wait.blocker().cause() != PurgeWait.Cause.SHARDS_BEHIND)
                        .filter(wait -> wait.age().isEmpty() || wait.age().get().compareTo(longOpen) > 0)
                        .findFirst();
        return holder.isEmpty()
                ? Finding.ok(check, detail)
                : Finding.warn(
                        check,
                        detail + "; held there by " + holder.get().text(),
                        "events go on flowing, but sent rows are not removed before it ends");
    }

    Finding lag(String check, Connection connection) throws SQLException {
        Progress progress = new Progress(sql);
        long rows = 0;
        List<String> behind = new ArrayList<>();
        for (int shard : Queries.list(
                connection, "select shard from " + sql.progress() + " order by shard", row -> row.getInt(1))) {
            Backlog backlog = progress.backlog(connection, new ShardId(settings.name(), shard));
            rows += backlog.rows();
            if (backlog.oldestAge().compareTo(settings.stuckAfter()) > 0) {
                behind.add("shard " + shard + ": " + backlog.rows() + (backlog.capped() ? " or more" : "")
                        + " rows, the oldest of " + backlog.oldestAge().toSeconds() + " s ago");
            }
        }
        return behind.isEmpty()
                ? Finding.ok(check, rows + " rows wait, none for longer than stuck-after")
                : Finding.warn(
                        check,
                        String.join("; ", behind),
                        "see whether nodes run and what their log says; GET /outbox shows every shard's last error");
    }
}
