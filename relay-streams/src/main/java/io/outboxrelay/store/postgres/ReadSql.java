package io.outboxrelay.store.postgres;

import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The statements that read rows. They must run in a statement that began after `cur` was taken, in READ COMMITTED.
 *
 * @param maxBytes no column above this is fetched; the last column of the row says which one it was
 * @param unchecked whether the server does not know the encoding of its text (SQL_ASCII) and would refuse to send it
 * @param hashable whether text arrives in the bytes that the server hashes to a slot
 * @param guarded whether the server holds large values back; where it need not, {@link CopiedRow} looks at what it sent
 */
record ReadSql(String table, long maxBytes, boolean unchecked, boolean hashable, boolean guarded) {
    /** Places, from 0: of the key, of what says which value is too large, and of {@link #slot} where it is read. */
    static final int KEY = 5;

    static final int TOO_LARGE = 9;
    static final int SLOT = 10;

    /** Text is decoded here and not by the server, where one bad row would fail the whole statement. */
    private static final List<String> COLUMNS =
            List.of("aggregatetype", "aggregateid", "type", "payload", "headers::text");

    /** Where {@link #COLUMNS} begin. */
    private static final int FIRST = 4;

    static String nameOf(int column) {
        return COLUMNS.get(column - FIRST).replace("::text", "");
    }

    ReadSql(String table, long maxBytes) {
        this(table, maxBytes, false, false, true);
    }

    ReadSql forServer(String encoding) {
        boolean unknown = encoding.equals("SQL_ASCII");
        return new ReadSql(table, maxBytes, unknown, unknown || encoding.equals("UTF8"), guarded);
    }

    /** For rows that are stored whole: none of them takes more than a page, and its values little more once unpacked. */
    ReadSql unguarded() {
        return new ReadSql(table, maxBytes, unchecked, hashable, false);
    }

    /** Whether some value of the table was so large that it is stored apart from its row. */
    String largeValues() {
        return "select count(*) from pg_partition_tree('" + table + "') part join pg_class c on c.oid = part.relid"
                + " where c.reltoastrelid <> 0 and pg_relation_size(c.reltoastrelid) > 0";
    }

    /** How many rows the interval has, up to `most`. */
    String size(SnapshotPosition from, Snapshot cur, int most) {
        return "select count(*) from (" + interval(from, cur, "true") + " limit " + most + ") rows";
    }

    /** Up to it every row of these shards is acknowledged; see {@link SafeNumbers}. */
    String safeNumber(Deal deal) {
        return "select min(seq_low) from " + new OutboxSql(table).progress() + " where "
                + deal.ranges().stream()
                        .map(range -> "(slot_lo <= " + range.high() + " and slot_hi >= " + range.low() + ")")
                        .collect(Collectors.joining(" or "));
    }

    /**
     * The rows of some shards in `from`'s interval after its cursor that meet `condition`, in publishing order, in
     * COPY's binary format. Sorted as they are stored: columns that were taken apart and put together would be sorted
     * for more, and large values are fetched only when their row is sent.
     */
    String sorted(SnapshotPosition from, Snapshot cur, Deal deal, String condition) {
        String wanted = wanted(cur, deal, condition) + (from.seq() == 0 ? "" : " and seq > " + from.seq());
        return "copy (select " + columns(deal) + " from (select * from (" + interval(from, cur, wanted)
                + " offset 0) r order by seq offset 0) o) to stdout (format binary)";
    }

    /** The same rows as {@link #sorted}, by the index on numbers: the first at once, and without memory. */
    String streamed(SnapshotPosition from, Snapshot cur, long after, Deal deal, String condition) {
        String late = IntervalCursor.array(from.prev().runningHereButNotIn(cur));
        return "copy (select " + columns(deal) + " from " + table + " o where seq > " + after + " and ((txid >= '"
                + from.prev().xmax() + "'::xid8 and txid < '" + cur.xmax() + "'::xid8) or txid = any('" + late
                + "'::xid8[])) is true and " + wanted(cur, deal, condition)
                + " order by seq) to stdout (format binary)";
    }

    private String columns(Deal deal) {
        return columns() + (deal.parts() == 1 ? "" : slot());
    }

    private static String wanted(Snapshot cur, Deal deal, String condition) {
        return visible(cur) + among(deal.ranges()) + (condition.equals("true") ? "" : " and " + condition);
    }

    private String interval(SnapshotPosition from, Snapshot cur, String wanted) {
        long[] late = from.prev().runningHereButNotIn(cur);
        String rows = interval(
                "'" + from.prev().xmax() + "'", "'" + cur.xmax() + "'", "'" + IntervalCursor.array(late) + "'", wanted);
        return late.length == 0 ? firstPart(rows) : rows;
    }

    /** What is committed and not in the snapshot's list is visible in it, below its xmax: the cheap test goes first. */
    private static String visible(Snapshot cur) {
        return cur.running().length == 0
                ? "true"
                : "(txid < '" + cur.xmin() + "'::xid8 or pg_visible_in_snapshot(txid, '" + cur + "'))";
    }

    /** One look at each row's slot, which costs a hash, however many shards read together. */
    private static String among(List<SlotRange> ranges) {
        if (ranges.equals(List.of(new SlotRange(0, Slots.COUNT - 1)))) {
            return "";
        }
        return " and get_bit(decode('" + HexFormat.of().formatHex(SlotMask.of(ranges)) + "', 'hex'), " + OutboxSql.SLOT
                + ") = 1";
    }

    /** The server computes it only where the reader cannot: it is about a quarter of what a row costs it. */
    private String slot() {
        if (!hashable) {
            return ", " + OutboxSql.SLOT;
        }
        return guarded
                ? ", case when octet_length(aggregateid) > " + maxBytes + " then " + OutboxSql.SLOT + " end"
                : ", null";
    }

    /**
     * The first rows of one interval for any set of slots, in publishing order, each with the bytes up to it and its
     * slot. Parameters: xmax(prev), xmax(cur), cur, slots as a bit mask; where `late` the same again as xip(prev)
     * without xip(cur), cur, slots; then the bytes after which no further row is sent.
     */
    String tail(boolean late, int mostRows) {
        String wanted = "pg_visible_in_snapshot(txid, (select ?::pg_snapshot)) and get_bit(?::bytea, " + OutboxSql.SLOT
                + ") = 1";
        String rows = interval("?", "?", "?", wanted);
        return "select * from (select " + columns() + ", (sum(" + bytes()
                + ") over (order by seq rows unbounded preceding))::bigint"
                + " as upto, " + bytes() + " as own, " + OutboxSql.SLOT + " from (select * from ("
                + (late ? rows : firstPart(rows)) + " offset 0) o order by seq limit " + mostRows
                + ") o) o where upto - own < ? order by seq";
    }

    /**
     * Parked rows that may be tried again, in order: none that a person has to decide on, or that comes after such a row
     * of its aggregate. Parameters: slots low and high, seq of the last one before.
     */
    String released(String parked, int mostRows) {
        return "select " + columns() + " from (select seq, id, '0'::xid8 as txid, created_at, aggregatetype,"
                + " aggregateid, type, payload, headers, state from " + parked + ") o where "
                + OutboxSql.SLOT + " between ? and ? and seq > ? and state not in ('refused', 'passed')"
                + " and not exists (select from " + parked + " b where b.state = 'refused' and b.seq < o.seq"
                + " and b.aggregatetype = o.aggregatetype and b.aggregateid = o.aggregateid) order by seq limit "
                + mostRows;
    }

    private static final String BETWEEN = " union all ";

    /** Two ranges of the index; as one condition with `or` the planner may walk the whole index instead. */
    private String interval(String low, String high, String late, String wanted) {
        return "select * from " + table + " o where txid >= " + low + "::xid8 and txid < " + high + "::xid8 and "
                + wanted + BETWEEN + "select * from " + table + " o where txid = any(" + late + "::xid8[]) and "
                + wanted;
    }

    private static String firstPart(String rows) {
        return rows.substring(0, rows.indexOf(BETWEEN));
    }

    private String columns() {
        return columns(true);
    }

    /** Of any source of rows; without payloads they are null. */
    String columns(boolean payloads) {
        return "seq, id, txid, created_at, "
                + COLUMNS.stream()
                        .map(column -> payloads || !column.equals("payload") ? limited(column) : "null::bytea")
                        .collect(Collectors.joining(", "))
                + (guarded
                        ? COLUMNS.stream().map(this::tooLarge).collect(Collectors.joining("", ", case", " end"))
                        : ", null");
    }

    private String limited(String column) {
        boolean decode = unchecked && !column.equals("payload");
        String value = decode ? "convert_to(" + column + ", 'SQL_ASCII')" : column;
        return guarded ? "case when octet_length(" + column + ") <= " + maxBytes + " then " + value + " end" : value;
    }

    private String tooLarge(String column) {
        String size = "octet_length(" + column + ")";
        return " when " + size + " > " + maxBytes + " then '" + column.replace("::text", "") + " of ' || " + size;
    }

    private String bytes() {
        return COLUMNS.stream()
                .map(column -> "least(coalesce(octet_length(" + column + "), 0), " + maxBytes + ")")
                .collect(Collectors.joining(" + ", "(", ")::bigint"));
    }
}
