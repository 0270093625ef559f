package io.outboxrelay.store.postgres;

import io.outboxrelay.store.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What the doctor wants of an outbox table. */
final class TableCheck {
    private static final String INDEXES = "select c.oid::regclass::text, pg_get_indexdef(i.indexrelid, 1, false)"
            + " from pg_class c join pg_index i on i.indrelid = c.oid"
            + " where c.oid = any(?::regclass[]) and i.indisvalid and i.indpred is null";

    private static final List<String> INDEXED = List.of("txid", "seq");

    private final OutboxSql sql;

    private record Column(String name, String identity, String byDefault) {}

    private record Index(String table, String first) {}

    TableCheck(OutboxSql sql) {
        this.sql = sql;
    }

    /** A row's txid must be given out before its seq: columns are filled in from left to right. */
    Finding columns(String check, Connection connection) throws SQLException {
        List<Column> columns = Queries.list(
                connection,
                "select a.attname, a.attidentity::text, coalesce(pg_get_expr(d.adbin, d.adrelid), '')"
                        + " from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum"
                        + " where a.attrelid = ?::regclass and a.attname in ('txid', 'seq') order by a.attnum",
                row -> new Column(row.getString(1), row.getString(2), row.getString(3)),
                sql.table());
        List<Column> wanted = List.of(new Column("txid", "", "pg_current_xact_id()"), new Column("seq", "a", ""));
        return columns.equals(wanted)
                ? Finding.ok(check, "txid and seq are given out by the database only")
                : Finding.fail(
                        check,
                        "columns txid (default pg_current_xact_id()) and after it seq (generated always as identity)"
                                + " are expected, found " + columns,
                        "writers can choose what orders events, or get it in the wrong order; restore the columns as"
                                + " `relay migrate` creates them");
    }

    Finding guard(String check, Connection connection) throws SQLException {
        long guards = Queries.number(
                        connection,
                        "select count(*) from pg_constraint where conrelid = ?::regclass and contype = 'c'"
                                + " and pg_get_expr(conbin, conrelid) = '(txid = pg_current_xact_id())'",
                        sql.table())
                .orElse(0L);
        return guards > 0
                ? Finding.ok(check, "a forged txid is rejected")
                : Finding.fail(
                        check,
                        "the check txid = pg_current_xact_id() is missing: a row with a copied txid would be skipped",
                        "alter table " + sql.table() + " add constraint "
                                + sql.table().replaceFirst(".*\\.", "")
                                + "_txid_own check (txid = pg_current_xact_id()) not valid");
    }

    Finding index(String check, Connection connection) throws SQLException {
        List<String> tables = new ArrayList<>(sql.leaves());
        tables.add(sql.table());
        List<Index> there = Queries.list(
                connection,
                INDEXES,
                row -> new Index(unqualified(row.getString(1)), row.getString(2)),
                tables.stream().collect(Collectors.joining(",", "{", "}")));
        List<String> missing = INDEXED.stream()
                .flatMap(column -> tables.stream()
                        .filter(table -> !there.contains(new Index(unqualified(table), column)))
                        .map(table -> column + " of " + table))
                .toList();
        return missing.isEmpty()
                ? Finding.ok(check, "on txid and on seq, for every partition")
                : Finding.fail(
                        check,
                        "no valid index on " + String.join(", ", missing) + ": looks would read the whole table",
                        "`relay migrate`, or create index on " + sql.table() + " (txid), and on (seq)");
    }

    private static String unqualified(String table) {
        return table.replaceFirst(".*\\.", "");
    }

    Finding autovacuum(String check, Connection connection) throws SQLException {
        List<String> on = Queries.list(
                connection,
                "select oid::regclass::text from pg_class where oid = any(?::regclass[])"
                        + " and not coalesce(reloptions && array['autovacuum_enabled=off', 'autovacuum_enabled=false'],"
                        + " false) order by 1",
                row -> row.getString(1),
                sql.leaves().stream().collect(Collectors.joining(",", "{", "}")));
        return on.isEmpty()
                ? Finding.ok(check, "off for the partitions, which are emptied as a whole")
                : Finding.warn(
                        check,
                        "on for " + String.join(", ", on) + ", which are emptied as a whole: vacuum is wasted work"
                                + " there, and holds up purging",
                        "alter table ... set (autovacuum_enabled = off) on each of them");
    }
}
