package io.outboxrelay.store.postgres;

import io.outboxrelay.store.PurgeWait;
import io.outboxrelay.store.PurgeWait.Blocker;
import io.outboxrelay.store.PurgeWait.Cause;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Finds out who keeps a partition from being emptied. */
final class PurgeBlockers {
    /** Younger transactions end by themselves, the relay's own looks at the table among them. */
    private static final Duration YOUNG = Duration.ofSeconds(1);

    private static final int MOST_SHARDS_NAMED = 8;

    /** A prepared transaction has no pid; which one it is says its lock on its own transaction id. */
    private static final String HOLDERS = "select distinct coalesce(l.pid, 0), a.application_name,"
            + " coalesce(a.datname, p.database), p.gid,"
            + " (extract(epoch from clock_timestamp() - coalesce(a.xact_start, p.prepared)) * 1000)::bigint"
            + " from pg_locks l left join pg_stat_activity a on a.pid = l.pid"
            + " left join (pg_locks own join pg_prepared_xacts p on own.locktype = 'transactionid'"
            + " and own.transactionid = p.transaction)"
            + " on l.pid is null and own.pid is null and own.virtualtransaction = l.virtualtransaction"
            + " where l.granted and l.pid is distinct from pg_backend_pid() and ";

    private static final String OF_RELATION = HOLDERS + "l.locktype = 'relation' and l.relation = ?::regclass"
            + " and l.database = (select oid from pg_database where datname = current_database())";

    private static final String OF_TRANSACTION =
            HOLDERS + "l.locktype = 'transactionid' and l.transactionid = ?::text::xid8::xid";

    private final OutboxSql sql;

    PurgeBlockers(OutboxSql sql) {
        this.sql = sql;
    }

    /** Whose lock it is that a purge did not get; empty when it is gone again. */
    List<PurgeWait> ofLock(Connection connection, String leaf) throws SQLException {
        return Queries.list(connection, OF_RELATION, row -> wait(leaf, row), leaf).stream()
                .filter(PurgeBlockers::lasts)
                .toList();
    }

    /**
     * Why positions do not reach beyond transaction `xmin`: because it is still open, and then no snapshot does,
     * or else because shards are behind.
     */
    List<PurgeWait> ofPosition(Connection connection, String leaf, long xmin) throws SQLException {
        List<PurgeWait> open = Queries.list(connection, OF_TRANSACTION, row -> wait(leaf, row), Long.toString(xmin));
        if (!open.isEmpty()) {
            return open.stream().filter(PurgeBlockers::lasts).toList();
        }
        List<Integer> shards = Queries.list(connection, sql.shardsBehind(), row -> row.getInt(1), xmin);
        return shards.isEmpty() ? List.of() : List.of(behind(leaf, shards));
    }

    private static boolean lasts(PurgeWait wait) {
        return wait.age().isEmpty() || wait.age().get().compareTo(YOUNG) >= 0;
    }

    private static PurgeWait wait(String leaf, ResultSet row) throws SQLException {
        String gid = row.getString(4);
        long ageMillis = row.getLong(5);
        Optional<Duration> age = row.wasNull() ? Optional.empty() : Optional.of(Duration.ofMillis(ageMillis));
        String name = gid == null ? String.valueOf(row.getString(2)) : gid;
        Cause cause = gid == null ? Cause.OPEN_TRANSACTION : Cause.PREPARED_TRANSACTION;
        Blocker blocker = new Blocker(cause, row.getInt(1), name, String.valueOf(row.getString(3)));
        return new PurgeWait(leaf, blocker, age);
    }

    private static PurgeWait behind(String leaf, List<Integer> shards) {
        String named = shards.stream()
                .limit(MOST_SHARDS_NAMED)
                .map(String::valueOf)
                .collect(Collectors.joining(", ", shards.size() == 1 ? "shard " : "shards ", ""));
        int more = shards.size() - MOST_SHARDS_NAMED;
        String name = more > 0 ? named + " and " + more + " more" : named;
        return new PurgeWait(leaf, new Blocker(Cause.SHARDS_BEHIND, 0, name, ""), Optional.empty());
    }
}
