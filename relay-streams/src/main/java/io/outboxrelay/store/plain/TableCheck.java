package io.outboxrelay.store.plain;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.OutboxSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether an existing table has what relaying it needs; says what to add where it has not. */
final class TableCheck {
    private static final Logger log = LoggerFactory.getLogger(TableCheck.class);

    private final OutboxSettings settings;
    private final ColumnSettings columns;
    private final PlainSql sql;
    private final Dialect dialect;

    TableCheck(OutboxSettings settings, PlainSql sql) {
        this.settings = settings;
        this.columns = settings.columns();
        this.sql = sql;
        this.dialect = Dialect.of(settings.database().kind());
    }

    /** Fails as MISCONFIGURED if the table cannot be relayed. */
    void check(Connection connection) throws SQLException {
        Map<String, Integer> types = types(connection);
        needs(types, "id", columns.id());
        needs(types, "aggregatetype", columns.aggregateType());
        if (Columns.isBinary(needs(types, "aggregateid", columns.aggregateId()))) {
            throw wrong("column " + columns.aggregateId()
                    + " (columns.aggregateid) is binary, and a record's key is text; name a column of text");
        }
        needs(types, "type", columns.type());
        needs(types, "payload", columns.payload());
        if (!columns.headers().isEmpty()) {
            needs(types, "headers", columns.headers());
        }
        if (!columns.traceContext().isEmpty()) {
            needs(types, "trace-context", columns.traceContext());
        }
        if (!columns.createdAt().isEmpty()) {
            needsTimestamp(types, "created-at", columns.createdAt());
        }
        if (settings.acknowledge().mode() == Mode.MARK) {
            needsTimestamp(types, "marked", columns.marked());
        }
        needsOrder(types);
        if (!UniqueColumn.isUnique(connection, settings.table(), columns.id())) {
            throw wrong("column " + columns.id() + " (columns.id) has no unique index of its own, so acknowledging one"
                    + " row could take another; " + alter("add primary key (" + columns.id() + ")"));
        }
        neverNull(connection, "id", columns.id());
        neverNull(connection, "order", columns.order());
    }

    private Map<String, Integer> types(Connection connection) throws SQLException {
        Map<String, Integer> types = new TreeMap<>();
        // Not prepared: a statement for all columns is void once a column was added.
        try (Statement look = connection.createStatement();
                ResultSet none = look.executeQuery(sql.noRow())) {
            ResultSetMetaData row = none.getMetaData();
            for (int n = 1; n <= row.getColumnCount(); n++) {
                types.put(key(row.getColumnName(n)), row.getColumnType(n));
            }
        }
        return types;
    }

    /** PostgreSQL alone tells apart names that differ in case only, as the statements quote them. */
    private String key(String column) {
        return dialect == Dialect.POSTGRESQL ? column : column.toLowerCase(Locale.ROOT);
    }

    private int needs(Map<String, Integer> types, String setting, String column) {
        Integer type = types.get(key(column));
        if (type == null) {
            throw wrong("there is no column " + column + "; say in columns." + setting + " what it is called");
        }
        return type;
    }

    /** A row without an id could not be acknowledged, and one without a place would come before or after all others. */
    private void neverNull(Connection connection, String setting, String column) throws SQLException {
        try (Statement look = connection.createStatement();
                ResultSet none = look.executeQuery(sql.noRow(column))) {
            if (none.getMetaData().isNullable(1) == ResultSetMetaData.columnNullable) {
                throw wrong("column " + column + " (columns." + setting + ") may be null; make it not null");
            }
        }
    }

    private void needsTimestamp(Map<String, Integer> types, String setting, String column) {
        Integer type = types.get(key(column));
        if (type == null || !Columns.isTimestamp(type)) {
            throw wrong("column " + column + " (columns." + setting + ") is not there or not a timestamp; "
                    + alter(dialect.addTimestampColumn(column)));
        }
    }

    private void needsOrder(Map<String, Integer> types) {
        String column = columns.order();
        Integer type = types.get(key(column));
        if (type == null || !(Columns.isInteger(type) || Columns.isTimestamp(type))) {
            throw wrong("nothing says in which order rows were written: column " + column + " (columns.order) is not"
                    + " there, or neither a whole number nor a timestamp; "
                    + alter(dialect.addOrderColumn(type == null ? column : "seq")));
        }
        if (Columns.isTimestamp(type)) {
            log.warn(
                    "outbox {} is read by the timestamp {}: order is only as good as the clocks that set it",
                    settings.name(),
                    column);
        }
    }

    private String alter(String change) {
        return "alter table " + settings.table() + " " + change;
    }

    private RelayException wrong(String what) {
        return new RelayException(
                Fault.MISCONFIGURED, "outbox " + settings.name() + ", table " + settings.table() + ": " + what);
    }
}
