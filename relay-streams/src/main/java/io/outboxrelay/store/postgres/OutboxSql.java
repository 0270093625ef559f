package io.outboxrelay.store.postgres;

import java.util.List;
import java.util.stream.IntStream;

/** The statements on one outbox, by its table name (validated in the settings). */
record OutboxSql(String table) {
    static final int LEAVES = 4;
    /** A partition takes two to the power of this sequence numbers before the next one is written. */
    static final int LEAF_BITS = 20;

    static final String SNAPSHOT = "select pg_current_snapshot()::text";

    /** Exactly the expression of the index, or it is not used. */
    static final String SLOT = "((('x' || substr(md5(coalesce(aggregateid, id::text)), 1, 3))::bit(12)::int & 1023))";

    String sequence() {
        return table + "_seq_seq";
    }

    String progress() {
        return table + "_progress";
    }

    /** Parameters: xmax(prev), members of xip(prev), cur (or prev), seq, slots low and high, cap. */
    String backlog() {
        return "select count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0)::float8 from ("
                + "select created_at from " + table + " where (txid >= ?::xid8 or txid = any(?::xid8[]))"
                + " and not (pg_visible_in_snapshot(txid, ?::pg_snapshot) and seq <= ?) and " + SLOT
                + " between ? and ? limit ?) waiting";
    }

    String takeOver() {
        return "update " + progress() + " set epoch = epoch + 1 where shard = ? returning epoch, slot_lo, slot_hi,"
                + " prev::text, cur::text, seq, sysid, ctid::text";
    }

    String position() {
        return "select prev::text, cur::text, seq, slot_lo, slot_hi from " + progress() + " where shard = ?";
    }

    String owner() {
        return "select epoch, ctid::text from " + progress() + " where shard = ?";
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

    static String newest(String leaf) {
        return "select txid::text::bigint from " + leaf + " order by txid desc limit 1";
    }

    /** Parameter: how many sequence numbers to use up. Returns the last of them. */
    String burn() {
        return "select max(nextval('" + sequence() + "')) from generate_series(1, ?)";
    }
}
