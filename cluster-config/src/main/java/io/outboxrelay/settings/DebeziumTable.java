package io.outboxrelay.settings;

import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The columns as a pasted configuration names them. A plain table's columns may be called anything; those of the
 * relay's own table have their names.
 */
final class DebeziumTable {
    private final DebeziumProperties properties;
    private final boolean ring;
    private final ColumnSettings columns;

    DebeziumTable(DebeziumProperties properties, boolean ring, ColumnSettings given) {
        this.properties = properties;
        this.ring = ring;
        String key = column("table.field.event.key", given.aggregateId(), "aggregateid", "id");
        this.columns = new ColumnSettings(
                column("table.field.event.id", given.id(), "id"),
                routedBy(given),
                ring ? given.aggregateId() : key,
                column("table.field.event.type", given.type(), "type"),
                column("table.field.event.payload", given.payload(), "payload"),
                given.headers(),
                column("table.field.event.timestamp", given.createdAt(), "created_at"),
                given.order(),
                given.marked(),
                traceContext(given));
    }

    private String column(String property, String otherwise, String... ofTheRing) {
        Optional<String> name = ring ? properties.choice(property, ofTheRing) : properties.text(property);
        name.ifPresent(given ->
                properties.refuseUnless(ColumnSettings.isName(given), property, given, "legal " + ColumnSettings.NAME));
        return ring ? otherwise : name.filter(ColumnSettings::isName).orElse(otherwise);
    }

    /** The relay's own table has it in column headers. */
    private String traceContext(ColumnSettings given) {
        String property = "tracing.span.context.field";
        Optional<String> name = properties.text(property);
        name.ifPresent(column -> properties.refuseUnless(
                !ring && ColumnSettings.isName(column),
                property,
                column,
                ring
                        ? "legal for a plain table; in the relay's own, members traceparent and tracestate of column headers"
                                + " become record headers"
                        : "legal " + ColumnSettings.NAME));
        return ring ? given.traceContext() : name.filter(ColumnSettings::isName).orElse(given.traceContext());
    }

    /** Nothing but the route needs the aggregate type, so in a plain table any further column may stand for it. */
    private String routedBy(ColumnSettings given) {
        Optional<String> by = properties.text("route.by.field");
        boolean legal = by.map(name -> ring ? RowField.named(name).isPresent() : ColumnSettings.isName(name))
                .orElse(true);
        properties.refuseUnless(
                legal,
                "route.by.field",
                by.orElse(""),
                "legal " + (ring ? RowField.LEGAL : ColumnSettings.NAME.toString()));
        return ring || !legal
                ? given.aggregateType()
                : by.filter(name -> byColumn(given).get(name) == null).orElse(given.aggregateType());
    }

    ColumnSettings columns() {
        return columns;
    }

    /** The field that is in a column of the table, if the relay reads that column. */
    Optional<RowField> field(String column) {
        return ring
                ? RowField.named(column)
                : Optional.ofNullable(byColumn(columns).get(column)).map(RowField::of);
    }

    /** The columns that {@link #field} knows, for people. */
    String fields() {
        return ring ? RowField.LEGAL : String.join(" | ", byColumn(columns).keySet());
    }

    private static Map<String, RowField.Column> byColumn(ColumnSettings columns) {
        Map<String, RowField.Column> byColumn = new TreeMap<>();
        byColumn.put(columns.createdAt(), RowField.Column.CREATED_AT);
        byColumn.put(columns.type(), RowField.Column.TYPE);
        byColumn.put(columns.id(), RowField.Column.ID);
        byColumn.put(columns.aggregateId(), RowField.Column.AGGREGATEID);
        byColumn.put(columns.aggregateType(), RowField.Column.AGGREGATETYPE);
        byColumn.remove("");
        return byColumn;
    }
}
