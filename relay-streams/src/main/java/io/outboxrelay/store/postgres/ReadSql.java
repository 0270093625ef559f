package io.outboxrelay.store.postgres;

import io.outboxrelay.model.SlotRange;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The statements that read rows. They must run in a statement that began after `cur` was taken, in READ COMMITTED.
 *
 * @param maxBytes no column above this is fetched; the last column of the row says which one it was
 * @param unchecked whether the server does not know the encoding of its text (SQL_ASCII) and would refuse to send it
 */
record ReadSql(String table, long maxBytes, boolean unchecked) {
    /** Text is decoded here and not by the server, where one bad row would fail the whole statement. */
    private static final List<String> COLUMNS =
            List.of("aggregatetype", "aggregateid", "type", "payload", "headers::text");

    ReadSql forServer(String encoding) {
        return new ReadSql(table, maxBytes, encoding.equals("SQL_ASCII"));
    }

    /**
     * The rows of one shard in `from`'s interval after its cursor that meet `condition`, in publishing order, in COPY's
     * binary format.
     */
    String copy(SnapshotPosition from, Snapshot cur, SlotRange slots, String condition) {
        String wanted = "pg_visible_in_snapshot(txid, '" + cur + "') and seq > " + from.seq() + " and " + OutboxSql.SLOT
                + " between " + slots.low() + " and " + slots.high() + " and " + condition;
        long[] late = from.prev().runningHereButNotIn(cur);
        String rows = interval(
                "'" + from.prev().xmax() + "'", "'" + cur.xmax() + "'", "'" + IntervalCursor.array(late) + "'", wanted);
        return "copy (select " + columns() + " from (" + (late.length == 0 ? firstPart(rows) : rows)
                + ") o order by seq) to stdout (format binary)";
    }

    /**
     * The first rows of one interval for any set of slots, in publishing order, each with the bytes up to it and its
     * slot. Parameters: xmax(prev), xmax(cur), cur, slots as a bit mask; where `late` the same again as xip(prev)
     * without xip(cur), cur, slots; then the bytes after which no further row is sent.
     */
    String tail(boolean late, int mostRows) {
        String wanted =
                "pg_visible_in_snapshot(txid, ?::pg_snapshot) and get_bit(?::bytea, " + OutboxSql.SLOT + ") = 1";
        String rows = interval("?", "?", "?", wanted);
        return "select * from (select " + columns() + ", (sum(" + bytes()
                + ") over (order by seq rows unbounded preceding))::bigint"
                + " as upto, " + bytes() + " as own, " + OutboxSql.SLOT + " from (select * from ("
                + (late ? rows : firstPart(rows)) + ") o order by seq limit " + mostRows
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
        return "seq, id, txid, created_at, "
                + COLUMNS.stream().map(this::limited).collect(Collectors.joining(", ")) + ", case"
                + COLUMNS.stream().map(this::tooLarge).collect(Collectors.joining()) + " end";
    }

    private String limited(String column) {
        boolean decode = unchecked && !column.equals("payload");
        String value = decode ? "convert_to(" + column + ", 'SQL_ASCII')" : column;
        return "case when octet_length(" + column + ") <= " + maxBytes + " then " + value + " end";
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
