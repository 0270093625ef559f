package io.outboxrelay.store.plain;

import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.jdbc.EditFaults;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Single rows that are left out when rows are read; each stays in the application's table. Through the JDBC door. */
final class PlainEdits {
    private final String table;
    private final PlainSql sql;
    private final PlainRows rows;
    private final long maxBytes;

    /** The columns that can be edited, by their names in {@link ParkedEdit}. */
    private final Map<String, String> columns = new LinkedHashMap<>();

    PlainEdits(OutboxSettings settings, PlainSql sql, PlainRows rows) {
        this.table = settings.table();
        this.sql = sql;
        this.rows = rows;
        this.maxBytes = settings.reader().maxPayload();
        ColumnSettings names = settings.columns();
        columns.put(ParkedEdit.PAYLOAD, names.payload());
        columns.put(ParkedEdit.AGGREGATE_TYPE, names.aggregateType());
        columns.put(ParkedEdit.TYPE, names.type());
        if (!names.headers().isEmpty()) {
            columns.put(ParkedEdit.HEADERS, names.headers());
        }
    }

    /** An entry of the list, and the id that the row has in the application's table. */
    private record Found(Object id, ParkedDetail detail) {}

    Optional<ParkedDetail> one(Connection connection, String event) throws SQLException {
        List<ParkedRow> entries = entries(connection, sql.parkedOne(), event);
        if (entries.isEmpty()) {
            return Optional.empty();
        }
        Found found = found(connection, entries.get(0));
        return Optional.of(found == null ? new ParkedDetail(entries.get(0), Map.of()) : found.detail());
    }

    private static List<ParkedRow> entries(Connection connection, String query, String parameter) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(query)) {
            read.setString(1, parameter);
            try (ResultSet row = read.executeQuery()) {
                List<ParkedRow> entries = new ArrayList<>();
                while (row.next()) {
                    entries.add(PlainParked.row(row, -1));
                }
                return entries;
            }
        }
    }

    private @Nullable Found found(Connection connection, ParkedRow entry) throws SQLException {
        boolean binary = rows.binaryPayload(connection);
        try (PreparedStatement read = connection.prepareStatement(sql.sizes(columns, binary))) {
            read.setString(1, entry.place());
            try (ResultSet row = read.executeQuery()) {
                if (!row.next()) {
                    return null;
                }
                Map<String, Long> bytes = new HashMap<>();
                int column = 2;
                for (String name : columns.keySet()) {
                    long size = row.getLong(column++);
                    if (!row.wasNull()) {
                        bytes.put(name, size);
                    }
                }
                long payloadBytes = bytes.getOrDefault(ParkedEdit.PAYLOAD, 0L);
                return new Found(row.getObject(1), new ParkedDetail(sized(entry, payloadBytes), bytes));
            }
        }
    }

    private static ParkedRow sized(ParkedRow row, long payloadBytes) {
        return new ParkedRow(
                row.place(),
                row.event(),
                row.aggregateType(),
                row.aggregateId(),
                row.type(),
                row.state(),
                row.reason(),
                row.attempts(),
                row.firstAt(),
                row.lastAt(),
                payloadBytes);
    }

    /** The entry of the list is held until the transaction ends, so that nobody releases it meanwhile. */
    ParkedEdit.Result edit(Connection connection, String event, ParkedEdit edit) throws SQLException {
        ParkedEdit.Result refused = refused(connection, edit);
        if (refused != null) {
            return refused;
        }
        List<ParkedRow> entries = entries(connection, sql.parkedOne(), event);
        if (entries.size() != 1) {
            return entries.isEmpty() ? ParkedDetail.none(event) : ParkedDetail.several(event);
        }
        List<ParkedRow> held =
                entries(connection, sql.parkedEntryForUpdate(), entries.get(0).place());
        Found found = held.isEmpty() ? null : found(connection, held.get(0));
        if (found == null) {
            return ParkedDetail.none(event);
        }
        if (!found.detail().isUndecided()) {
            return found.detail().unfit();
        }
        try {
            return write(connection, found, edit) ? ParkedEdit.Result.DONE : ParkedDetail.none(event);
        } catch (SQLException e) {
            return EditFaults.refused(connection, table, edit, e);
        }
    }

    private ParkedEdit.@Nullable Result refused(Connection connection, ParkedEdit edit) throws SQLException {
        if (edit.headers() != null && !columns.containsKey(ParkedEdit.HEADERS)) {
            return new ParkedEdit.Result(
                    ParkedEdit.Outcome.REFUSED, "table " + table + " has no column for headers (columns.headers)");
        }
        ParkedEdit.To<byte[]> payload = edit.payload();
        if (payload != null && !rows.binaryPayload(connection) && text(payload.value()) == null) {
            return new ParkedEdit.Result(
                    ParkedEdit.Outcome.REFUSED,
                    "payload is not UTF-8 text, and column " + columns.get(ParkedEdit.PAYLOAD) + " of table " + table
                            + " holds text");
        }
        return edit.tooLarge(maxBytes);
    }

    /** Null becomes empty here; null is what is not text. */
    private static @Nullable String text(byte @Nullable [] bytes) {
        try {
            return bytes == null
                    ? ""
                    : StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }

    private boolean write(Connection connection, Found found, ParkedEdit edit) throws SQLException {
        Map<String, @Nullable Object> values = values(connection, edit);
        List<String> names = values.keySet().stream().map(columns::get).toList();
        try (PreparedStatement write = connection.prepareStatement(sql.edit(names))) {
            int parameter = 1;
            for (Object value : values.values()) {
                write.setObject(parameter++, value);
            }
            write.setObject(parameter, found.id());
            if (write.executeUpdate() == 0) {
                return false;
            }
        }
        if (edit.aggregateType() != null) {
            try (PreparedStatement move = connection.prepareStatement(sql.moveParked())) {
                move.setString(1, edit.aggregateType());
                move.setString(2, found.detail().row().place());
                move.executeUpdate();
            }
        }
        return true;
    }

    /** By their names in {@link ParkedEdit}. */
    private Map<String, @Nullable Object> values(Connection connection, ParkedEdit edit) throws SQLException {
        Map<String, @Nullable Object> values = new LinkedHashMap<>();
        ParkedEdit.To<byte[]> payload = edit.payload();
        if (payload != null) {
            byte[] bytes = payload.value();
            values.put(ParkedEdit.PAYLOAD, bytes == null || rows.binaryPayload(connection) ? bytes : text(bytes));
        }
        ParkedEdit.To<String> headers = edit.headers();
        if (headers != null) {
            values.put(ParkedEdit.HEADERS, headers.value());
        }
        if (edit.aggregateType() != null) {
            values.put(ParkedEdit.AGGREGATE_TYPE, edit.aggregateType());
        }
        if (edit.type() != null) {
            values.put(ParkedEdit.TYPE, edit.type());
        }
        return values;
    }
}
