package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RowField.Column;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.jdbc.Sample;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** The statements on one plain outbox, by its settings: names were validated there. */
final class PlainSql {
    /** Ids in one statement at most. */
    static final int MOST_IDS = 1024;

    private static final String NOW = "current_timestamp";

    private final String table;
    private final ColumnSettings columns;
    private final Mode mode;
    private final Dialect dialect;
    private final String id;
    private final String order;
    private final String created;
    private final String slot;

    PlainSql(OutboxSettings settings) {
        this.table = settings.table();
        this.columns = settings.columns();
        this.mode = settings.acknowledge().mode();
        this.dialect = Dialect.of(settings.database().kind());
        this.id = dialect.name(columns.id());
        this.order = dialect.name(columns.order());
        this.created = dialect.moment(
                columns.createdAt().isEmpty()
                        ? NOW
                        : "coalesce(" + dialect.name(columns.createdAt()) + ", " + NOW + ")");
        this.slot = dialect.slot(
                "coalesce(" + dialect.text(dialect.name(columns.aggregateId())) + ", " + dialect.text(id) + ")");
    }

    /** True for rows that neither were sent nor can never be. */
    private String waits() {
        return unmarked() + " and not exists (select 1 from " + parked() + " p where "
                + dialect.sameText("p.id", dialect.written(table + "." + id)) + ")";
    }

    private String unmarked() {
        return mode == Mode.MARK ? " and " + dialect.name(columns.marked()) + " is null" : "";
    }

    String shards() {
        return table + "_shards";
    }

    String parked() {
        return table + "_parked";
    }

    /** Ids, places and slots of what waits, lowest first. Parameters: 1 or 0 for each slot, limit. */
    String waiting() {
        return "select " + id + ", " + order + ", " + slot + " from " + table + " where " + dialect.isChosen(slot)
                + waits() + " order by " + order + " limit ?";
    }

    /** Whole rows, lowest first, as {@link PlainRow} reads them. Parameters: as many ids as {@link #places} says. */
    String rows(int ids, EventColumns events) {
        return "select " + id + ", " + order + ", " + created + ", " + events.select() + " from " + table + " where "
                + amongIds(ids) + " order by " + order;
    }

    /** One column, for what is said about it. */
    String noRow(String column) {
        return "select " + dialect.name(column) + " from " + table + " where 1 = 0";
    }

    /**
     * InnoDB locks whatever it passes on its way, and with many ids it passes the whole table: it would wait for every
     * writer's open transaction. One id at a time it goes straight to the row.
     */
    boolean acknowledgesOneByOne() {
        return dialect == Dialect.MARIADB;
    }

    /** Exactly these rows: what lies beside them may have been committed since. Parameters: as for {@link #rows}. */
    String acknowledge(int ids) {
        return mode == Mode.DELETE
                ? "delete from " + table + " where " + amongIds(ids)
                : "update " + table + " set " + dialect.name(columns.marked()) + " = " + NOW + " where " + amongIds(ids)
                        + unmarked();
    }

    private String amongIds(int ids) {
        return id + " in (" + String.join(", ", Collections.nCopies(places(ids), "?")) + ")";
    }

    /** Parameters for that many ids, a power of two so that few statements differ; the last id fills them up. */
    static int places(int ids) {
        return ids <= 1 ? 1 : Integer.highestOneBit(ids - 1) << 1;
    }

    /** Parameters: slots low and high, cap. */
    String backlog() {
        return "select count(*), min(created), " + dialect.moment(NOW) + " from (select " + created + " as created"
                + " from " + table + " where " + slot + " between ? and ?" + waits() + " limit ?) waiting";
    }

    String primary() {
        return dialect.primary();
    }

    String takeOver() {
        return "update " + shards() + " set epoch = epoch + 1, owner = ? where shard = ?";
    }

    String shard() {
        return "select epoch, slot_lo, slot_hi from " + shards() + " where shard = ?";
    }

    String owners() {
        return "select shard, epoch, owner from " + shards();
    }

    /** Holds the epoch until the transaction ends. */
    String epochForUpdate() {
        return "select epoch, owner from " + shards() + " where shard = ? for update";
    }

    String countShards() {
        return "select count(*) from " + shards();
    }

    String createShard() {
        return "insert into " + shards() + " (shard, slot_lo, slot_hi, epoch) values (?, ?, ?, 0)";
    }

    /** Holds the shards until the transaction ends. */
    String shardsForUpdate() {
        return "select slot_lo, slot_hi, epoch from " + shards() + " order by shard for update";
    }

    /** Parameters: slots low and high, epoch, shard. */
    String changeShard() {
        return "update " + shards() + " set slot_lo = ?, slot_hi = ?, epoch = ? where shard = ?";
    }

    /** Parameters as of {@link #changeShard}. */
    String addShard() {
        return "insert into " + shards() + " (slot_lo, slot_hi, epoch, shard) values (?, ?, ?, ?)";
    }

    String removeShardsFrom() {
        return "delete from " + shards() + " where shard >= ?";
    }

    /** Parameters: reason, state, id as consumers see it, id. */
    String park() {
        return "insert into " + parked() + " (reason, state, event, id, attempts, aggregatetype, aggregateid, slot)"
                + " select ?, ?, ?, " + dialect.written(id) + ", 1, "
                + dialect.text(dialect.name(columns.aggregateType())) + ", "
                + dialect.text(dialect.name(columns.aggregateId())) + ", " + slot + " from " + table + " where " + id
                + " = ?";
    }

    /** Parameters: reason, state, id as consumers see it. */
    String parkAgain() {
        return "update " + parked() + " set reason = ?, state = ?, attempts = attempts + 1, last_at = " + NOW
                + " where event = ?";
    }

    /** Parameters: slots low and high. */
    String parkedRows() {
        return "select id, state, aggregatetype, aggregateid from " + parked()
                + " where slot between ? and ? and state <> 'skipped'";
    }

    /** Parameter: id as consumers see it. */
    String releaseParked() {
        return "update " + parked() + " set state = 'released' where event = ? and state in ('refused', 'passed')";
    }

    /** Parameter: id as consumers see it. */
    String skipParked() {
        return "update " + parked() + " set state = 'skipped' where event = ? and state <> 'skipped'";
    }

    /** Parameter: id as consumers see it. */
    String parkedEvent() {
        return "select slot from " + parked() + " where event = ?";
    }

    private String parkedRow() {
        return "select id, event, aggregatetype, aggregateid, state, reason, attempts, first_at, last_at from "
                + parked();
    }

    /** Parameters: id of the last one before, limit. */
    String listParked() {
        return parkedRow() + " where id > ? order by id limit ?";
    }

    /** Parameter: id as consumers see it. */
    String parkedOne() {
        return parkedRow() + " where event = ? order by id";
    }

    /** Holds the entry until the transaction ends. Parameter: id as the list has it. */
    String parkedEntryForUpdate() {
        return parkedRow() + " where id = ? for update";
    }

    /** Parameters: aggregate type, id as the list has it. */
    String moveParked() {
        return "update " + parked() + " set aggregatetype = ? where id = ?";
    }

    /**
     * The row's own id, found without a lock on any row, and the sizes of columns by their names in an edit. Parameter: id
     * as the list has it.
     */
    String sizes(Map<String, String> sized, boolean binaryPayload) {
        StringBuilder select = new StringBuilder("select " + id);
        sized.forEach((name, column) -> select.append(", ")
                .append(
                        binaryPayload && name.equals(ParkedEdit.PAYLOAD)
                                ? "octet_length(" + dialect.name(column) + ")"
                                : dialect.bytesOf(dialect.name(column))));
        return select + " from " + table + " where " + dialect.sameText(dialect.written(id), "?");
    }

    /** Parameters: a value for each column, the row's own id. */
    String edit(List<String> columns) {
        String values =
                columns.stream().map(column -> dialect.name(column) + " = ?").collect(Collectors.joining(", "));
        return "update " + table + " set " + values + " where " + id + " = ?";
    }

    /** What waits or is put aside, as {@link Sample} reads it. */
    String routes(Set<Column> wanted) {
        Map<Column, String> texts = new EnumMap<>(Column.class);
        texts.put(Column.ID, dialect.text(id));
        texts.put(Column.AGGREGATETYPE, dialect.text(dialect.name(columns.aggregateType())));
        texts.put(Column.AGGREGATEID, dialect.text(dialect.name(columns.aggregateId())));
        texts.put(Column.TYPE, dialect.text(dialect.name(columns.type())));
        if (!columns.headers().isEmpty()) {
            texts.put(Column.HEADERS, dialect.text(dialect.name(columns.headers())));
        }
        return Sample.select(
                wanted,
                texts,
                dialect.name(columns.aggregateId()),
                "select * from " + table + " where 1 = 1" + unmarked() + " order by " + order + " limit "
                        + Sample.ROWS);
    }

    /** Parameter: id as the list has it. */
    String unpark() {
        return "delete from " + parked() + " where id = ?";
    }

    /** All columns. */
    String noRow() {
        return "select * from " + table + " where 1 = 0";
    }
}
