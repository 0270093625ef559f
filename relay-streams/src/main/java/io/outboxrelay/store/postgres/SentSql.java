package io.outboxrelay.store.postgres;

import io.outboxrelay.model.SlotRange;
import io.outboxrelay.store.SentQuery;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The statements that read events that were sent. Their rows must be read in READ COMMITTED by a statement that began after
 * the positions were read.
 */
record SentSql(OutboxSql sql, ReadSql read) {

    /** How far a shard is. */
    record Reached(SlotRange slots, String prev, @Nullable String cur, long seq) {}

    /** One row for each shard: whether this is a primary, and the system of the position; then the position. */
    String positions() {
        return "select pg_is_in_recovery(), sysid = (select system_identifier from pg_control_system()),"
                + " current_setting('server_encoding'), slot_lo, slot_hi, prev::text, cur::text, seq from "
                + sql.progress();
    }

    /** Its first and last number and its file, which TRUNCATE replaces. */
    static String leaf(String leaf) {
        return "select (select min(seq) from " + leaf + "), (select max(seq) from " + leaf + "), pg_relation_filenode('"
                + leaf + "'::regclass)::bigint";
    }

    /** Parameter: number. */
    String createdAt() {
        return "select created_at from " + sql.table() + " where seq = ?";
    }

    /**
     * The rows with numbers above the first parameter and up to the second, in order. Then the parameters of the query, in
     * the order of its members; events as an array of uuid.
     */
    String rows(List<Reached> shards, SentQuery query) {
        StringBuilder where = new StringBuilder(" where seq > ? and seq <= ?");
        append(where, query.from(), " and created_at >= ?");
        append(where, query.until(), " and created_at < ?");
        append(where, query.aggregateType(), " and aggregatetype = ?");
        append(where, query.key(), " and aggregateid = ?");
        append(where, query.events().isEmpty() ? null : query, " and id = any(?::uuid[])");
        return "select " + read.columns(query.payloads()) + " from " + sql.table() + " o" + where + " and "
                + acknowledged(shards) + " and not exists (select from " + sql.parked()
                + " k where k.seq = o.seq) order by seq";
    }

    private static void append(StringBuilder where, @Nullable Object wanted, String condition) {
        if (wanted != null) {
            where.append(condition);
        }
    }

    /** What is older than every position needs no look at the one of its shard. */
    private static String acknowledged(List<Reached> shards) {
        long below = shards.stream()
                .mapToLong(shard -> Snapshot.parse(shard.prev()).xmin())
                .min()
                .orElse(0);
        String positions = shards.stream()
                .map(shard -> "(" + shard.slots().low() + ", " + shard.slots().high() + ", '" + shard.prev()
                        + "'::pg_snapshot, " + (shard.cur() == null ? "null" : "'" + shard.cur() + "'")
                        + "::pg_snapshot, " + shard.seq() + "::bigint)")
                .collect(Collectors.joining(", "));
        return "(txid < '" + below + "'::xid8 or exists (select from (values " + positions
                + ") p(lo, hi, prev, cur, upto) where " + OutboxSql.SLOT + " between lo and hi and"
                + " (pg_visible_in_snapshot(txid, prev) or (pg_visible_in_snapshot(txid, cur) and o.seq <= upto))))";
    }
}
