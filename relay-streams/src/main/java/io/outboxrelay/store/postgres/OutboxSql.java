package io.outboxrelay.store.postgres;

import io.outboxrelay.settings.RowField.Column;
import io.outboxrelay.store.jdbc.Sample;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

/** The statements on one outbox, by its table name (validated in the settings). */
record OutboxSql(String table) {
    static final int LEAVES = 4;
    /** A partition takes two to the power of this sequence numbers before the next one is written. */
    static final int LEAF_BITS = 20;

    static final String SNAPSHOT = "select pg_current_snapshot()::text";

    static final String HISTORY =
            "select pg_is_in_recovery(), system_identifier, pg_current_snapshot()::text from pg_control_system()";

    /** The first eight hexadecimal digits of a segment's name. */
    static final String TIMELINE = "select ('x' || substr(pg_walfile_name(pg_current_wal_lsn()), 1, 8))::bit(32)::int";

    /** The id of the own transaction, and a log record in it, so that its commit is flushed like any writer's. */
    static final String LOGGED_TRANSACTION = "select pg_current_xact_id()::text::bigint"
            + " from pg_logical_emit_message(true, 'outbox-relay', 'numbers')";

    /** As {@link io.outboxrelay.model.Slots} computes it. */
    static final String SLOT = "((('x' || substr(md5(coalesce(aggregateid, id::text)), 1, 3))::bit(12)::int & 1023))";

    String sequence() {
        return table + "_seq_seq";
    }

    String progress() {
        return table + "_progress";
    }

    String ahead() {
        return table + "_ahead";
    }

    String parked() {
        return table + "_parked";
    }

    /** True for rows of the outbox, named `o`, that no earlier position of a merged shard covers. */
    String notAhead(int shard) {
        return "not exists (select from " + ahead() + " a where a.shard = " + shard + " and " + SLOT
                + " between a.slot_lo and a.slot_hi and (pg_visible_in_snapshot(txid, a.prev)"
                + " or (pg_visible_in_snapshot(txid, a.cur) and o.seq <= a.seq)))";
    }

    /**
     * Counts a shard's rows among the first of all that came since a position, and says how many those are. Parameters:
     * slots low and high, xmax(prev), cur (or prev), seq, members of xip(prev), cur, seq, how many to look at.
     */
    String backlog(int shard) {
        String since = " and not (pg_visible_in_snapshot(txid, (select ?::pg_snapshot)) and seq <= ?)";
        String rows = "select * from " + table + " where txid ";
        return "select count(*) filter (where own), coalesce(extract(epoch from clock_timestamp() - min(created_at)"
                + " filter (where own)), 0)::float8, count(*) from (select created_at, " + SLOT
                + " between ? and ? and "
                + notAhead(shard) + " as own from (" + rows + ">= ?::xid8" + since + " union all " + rows
                + "= any(?::xid8[])" + since + " limit ?) o) looked_at";
    }

    /** Parameters: owner, shard. */
    String takeOver() {
        return "update " + progress()
                + " set epoch = epoch + 1, owner = ? where shard = ? returning epoch, slot_lo, slot_hi,"
                + " prev::text, cur::text, seq, sysid, ctid::text, timeline, carrier";
    }

    /** Parameters: prev, cur, seq, carrier, shard, epoch. Returns the new ctid. */
    String resume() {
        return "update " + progress() + " set prev = ?::pg_snapshot, cur = ?::pg_snapshot, seq = ?, carrier = ?"
                + " where shard = ? and epoch = ? returning ctid::text";
    }

    /** Parameters: shard, epoch. */
    String dropCarrier() {
        return "update " + progress() + " set carrier = null where shard = ? and epoch = ?";
    }

    /** Rows parked before the position came to them: they are read again. Parameters: slots, prev, cur, seq. */
    String unparkBeyond(int shard) {
        return "delete from " + parked() + " o where " + SLOT + " between ? and ? and txid is not null"
                + " and not pg_visible_in_snapshot(txid, ?::pg_snapshot)"
                + " and not coalesce(pg_visible_in_snapshot(txid, ?::pg_snapshot) and seq <= ?, false) and "
                + notAhead(shard);
    }

    String carriedShards() {
        return "select shard from " + progress() + " where carrier is not null order by shard";
    }

    String position() {
        return "select prev::text, cur::text, seq, slot_lo, slot_hi from " + progress() + " where shard = ?";
    }

    String owner() {
        return "select epoch, ctid::text, owner from " + progress() + " where shard = ?";
    }

    /** Parameters: arrays of ctid, shard, epoch, prev, cur, seq. Returns what it found: shard and the new ctid. */
    String acknowledge() {
        return "update " + progress() + " p set prev = a.prev, cur = a.cur, seq = a.seq"
                + " from unnest(?::tid[], ?::int[], ?::bigint[], ?::pg_snapshot[], ?::pg_snapshot[], ?::bigint[])"
                + " as a(tid, shard, epoch, prev, cur, seq)"
                + " where p.ctid = a.tid and p.shard = a.shard and p.epoch = a.epoch"
                + " returning p.shard, p.ctid::text";
    }

    String countShards() {
        return "select count(*) from " + progress();
    }

    String createShard() {
        return "insert into " + progress() + " (shard, slot_lo, slot_hi, prev, sysid)"
                + " select ?, ?, ?, ?::pg_snapshot, system_identifier from pg_control_system()";
    }

    /** Parameters: slots low and high, epoch, prev, cur, seq, seq_low, sysid, timeline, shard. */
    String changeShard() {
        return "update " + progress() + " set slot_lo = ?, slot_hi = ?, epoch = ?, prev = ?::pg_snapshot,"
                + " cur = ?::pg_snapshot, seq = ?, seq_low = ?, sysid = ?, timeline = ? where shard = ?";
    }

    /** Parameters as of {@link #changeShard}. */
    String addShard() {
        return "insert into " + progress()
                + " (slot_lo, slot_hi, epoch, prev, cur, seq, seq_low, sysid, timeline, shard)"
                + " values (?, ?, ?, ?::pg_snapshot, ?::pg_snapshot, ?, ?, ?, ?, ?)";
    }

    String removeShardsFrom() {
        return "delete from " + progress() + " where shard >= ?";
    }

    /** Parameters: shard, slots low and high, prev, cur, seq. */
    String addAhead() {
        return "insert into " + ahead() + " (shard, slot_lo, slot_hi, prev, cur, seq)"
                + " values (?, ?, ?, ?::pg_snapshot, ?::pg_snapshot, ?)";
    }

    /** Parameters: timeline, shard. Returns the new ctid. */
    String setTimeline() {
        return "update " + progress() + " set timeline = ? where shard = ? returning ctid::text";
    }

    String shardsOfOtherHistory() {
        return "select count(*) from " + progress()
                + " where sysid <> (select system_identifier from pg_control_system())"
                + " or pg_snapshot_xmax(coalesce(cur, prev)) > pg_snapshot_xmax(pg_current_snapshot())";
    }

    /** Parameters: number, number, a transaction that began after the number was given out. */
    String raiseSafeNumber() {
        return "update " + progress() + " set seq_low = ? where seq_low < ?"
                + " and pg_snapshot_xmin(prev)::text::bigint > ?";
    }

    String highestNumber() {
        return "select greatest((select max(seq) from " + table + "), (select max(seq_low) from " + progress() + "))";
    }

    String keepUnacknowledged() {
        return "create temp table kept on commit drop as select o.* from " + table + " o join " + progress() + " p on "
                + SLOT + " between p.slot_lo and p.slot_hi where o.seq > p.seq_low";
    }

    String writeKeptAgain() {
        return "insert into " + table
                + " (txid, seq, id, aggregatetype, aggregateid, type, payload, headers, created_at)"
                + " overriding system value select pg_current_xact_id(), seq, id, aggregatetype, aggregateid, type,"
                + " payload, headers, created_at from kept order by seq";
    }

    /** Every shard sees what had ended before the own transaction, and not the own transaction. */
    String anchorShards() {
        return "update " + progress()
                + " set epoch = epoch + 1, cur = null, seq = 0, timeline = 0, carrier = null, sysid ="
                + " (select system_identifier from pg_control_system()), prev = (select (least(pg_snapshot_xmin(s)"
                + ", pg_current_xact_id())::text || ':' || pg_current_xact_id()::text || ':' || coalesce((select"
                + " string_agg(x::text, ',' order by x) from pg_snapshot_xip(s) x where x < pg_current_xact_id()), ''))"
                + "::pg_snapshot from pg_current_snapshot() s)";
    }

    /** Parameters: arrays of txid, seq, state, reason. */
    String park() {
        return "insert into " + parked() + " as p (seq, id, aggregatetype, aggregateid, type, payload, headers,"
                + " created_at, txid, state, reason, attempts) select o.seq, o.id, o.aggregatetype, o.aggregateid, o.type,"
                + " o.payload, o.headers, o.created_at, o.txid, w.state, w.reason, " + TRIED
                + " from unnest(?::xid8[], ?::bigint[], ?::text[], ?::text[]) as w(txid, seq, state, reason) join "
                + table + " o on o.txid = w.txid and o.seq = w.seq on conflict (seq) do update set"
                + " state = excluded.state, reason = excluded.reason, attempts = p.attempts + excluded.attempts,"
                + " last_at = clock_timestamp()";
    }

    /** Who waits behind another row was not tried. */
    private static final String TRIED = "case w.state when 'waits' then 0 else 1 end";

    /** Parameters: arrays of seq, state, reason. */
    String parkAgain() {
        return "update " + parked() + " p set state = w.state, reason = w.reason, attempts = p.attempts + " + TRIED
                + ", last_at = clock_timestamp() from unnest(?::bigint[], ?::text[], ?::text[]) as w(seq, state, reason)"
                + " where p.seq = w.seq";
    }

    /** Parameter: array of ids. Returns id and slot. */
    String releaseParked() {
        return "update " + parked() + " set state = 'released' where id = any(?::uuid[])"
                + " and state in ('refused', 'passed') returning id::text, " + SLOT;
    }

    /** Parameter: array of ids. Returns id and slot. */
    String skipParked() {
        return "delete from " + parked() + " where id = any(?::uuid[]) returning id::text, " + SLOT;
    }

    private static final String PARKED_ROW = "select seq::text, id::text, aggregatetype, aggregateid, type, state,"
            + " reason, attempts, first_at, last_at, coalesce(octet_length(payload), 0)";

    /** Parameters: seq of the last one before, limit. */
    String listParked() {
        return PARKED_ROW + " from " + parked() + " where seq > ? order by seq limit ?";
    }

    /** Parameter: id. Returns what {@link #listParked} does, and the sizes of what can be edited. */
    String parkedEvent() {
        return PARKED_ROW + ", octet_length(payload), octet_length(headers::text), octet_length(aggregatetype),"
                + " octet_length(type) from " + parked() + " where id = ?::uuid order by seq";
    }

    /** As {@link #parkedEvent}, and holds the rows until the transaction ends. */
    String parkedEventForUpdate() {
        return parkedEvent() + " for update";
    }

    /** Parameters: whether to change the payload, payload; headers likewise; aggregatetype, type or null; seq. */
    String editParked() {
        return "update " + parked() + " set payload = case when ? then ?::bytea else payload end,"
                + " headers = case when ? then ?::jsonb else headers end, aggregatetype = coalesce(?, aggregatetype),"
                + " type = coalesce(?, type) where seq = ?";
    }

    /** What waits or is put aside, as {@link Sample} reads it. Parameter: a transaction below which nothing waits. */
    String routes(Set<Column> columns) {
        Map<Column, String> texts = Map.of(
                Column.ID, "id::text",
                Column.AGGREGATETYPE, "aggregatetype",
                Column.AGGREGATEID, "aggregateid",
                Column.TYPE, "type",
                Column.HEADERS, "headers::text");
        String fields = "select id, aggregatetype, aggregateid, type, headers from ";
        return Sample.select(
                columns,
                texts,
                "aggregateid",
                "(" + fields + parked() + " limit " + Sample.MOST + ") union all (" + fields + table
                        + " where txid >= ?::xid8 order by txid limit " + Sample.ROWS + ")");
    }

    /** Parameter: array of seq. */
    String unpark() {
        return "delete from " + parked() + " where seq = any(?::bigint[])";
    }

    /** How many rows of these slots are parked, and which aggregates a person has to decide on. */
    String parkedRows() {
        return "select count(*) from " + parked() + " where " + SLOT + " between ? and ?";
    }

    String blockedAggregates() {
        return "select distinct aggregatetype, aggregateid from " + parked() + " where " + SLOT
                + " between ? and ? and state = 'refused' and aggregateid is not null";
    }

    /** Holds the epoch until the transaction ends. */
    String epochForShare() {
        return "select epoch from " + progress() + " where shard = ? for share";
    }

    List<String> leaves() {
        return IntStream.range(0, LEAVES).mapToObj(n -> table + "_p" + n).toList();
    }

    String writingLeaf() {
        return "select (last_value >> " + LEAF_BITS + ") & " + (LEAVES - 1) + " from " + sequence();
    }

    /** Every transaction below this is acknowledged by every shard. */
    String acknowledgedBelow() {
        return "select min(pg_snapshot_xmin(prev)::text::bigint) from " + progress();
    }

    /** Parameter: a transaction that not every shard has acknowledged. */
    String shardsBehind() {
        return "select shard from " + progress() + " where pg_snapshot_xmin(prev)::text::bigint <= ? order by shard";
    }

    /** The row that was written first, by its transaction, and its age in milliseconds. */
    static String oldest(String leaf) {
        return "select txid::text::bigint, (extract(epoch from clock_timestamp() - created_at) * 1000)::bigint from "
                + leaf + " order by txid limit 1";
    }

    /** How many sequence numbers lie between a partition's first row and its last; by its index. */
    static String numbers(String leaf) {
        return "select max(seq) - min(seq) + 1 from " + leaf;
    }

    static String newest(String leaf) {
        return "select txid::text::bigint from " + leaf + " order by txid desc limit 1";
    }

    /** Parameter: how many sequence numbers to use up. Returns the last of them. */
    String burn() {
        return "select max(nextval('" + sequence() + "')) from generate_series(1, ?)";
    }
}
