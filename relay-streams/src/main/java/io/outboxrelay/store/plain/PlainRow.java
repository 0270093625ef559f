package io.outboxrelay.store.plain;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.ColumnSettings;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/**
 * Makes a row of what {@link PlainSql#rows} selects. A value that cannot be had gives its row a defect; other rows never
 * suffer from it. For one row, then thrown away.
 */
final class PlainRow {
    private final ResultSet row;
    private @Nullable String defect;

    private PlainRow(ResultSet row) {
        this.row = row;
    }

    static OutboxRow of(ResultSet row, ColumnSettings columns, boolean binaryPayload, long maxBytes)
            throws SQLException {
        return new PlainRow(row).read(columns, binaryPayload, maxBytes);
    }

    private OutboxRow read(ColumnSettings columns, boolean binaryPayload, long maxBytes) throws SQLException {
        String tooLarge = row.getString(4);
        if (tooLarge != null) {
            defect = tooLarge + ", legal: 0 to " + maxBytes + " (reader.max-payload)";
        }
        String aggregateType = text(5, columns.aggregateType());
        if (aggregateType == null && defect == null) {
            defect = "column " + columns.aggregateType() + " is null";
        }
        String key = text(6, columns.aggregateId());
        String type = text(7, columns.type());
        byte[] payload = binaryPayload ? row.getBytes(8) : utf8(text(8, columns.payload()));
        String headers = columns.headers().isEmpty() ? null : text(9, columns.headers());
        if (!columns.traceContext().isEmpty()) {
            headers = TraceContext.joined(headers, text(columns.headers().isEmpty() ? 9 : 10, columns.traceContext()));
        }
        return new OutboxRow(
                Columns.order(row, 2),
                Columns.name(row.getObject(1)),
                aggregateType == null ? "" : aggregateType,
                key,
                type == null ? "" : type,
                payload,
                headers,
                Columns.moment(row, 3),
                0,
                defect);
    }

    /** What {@link Dialect#content} selects. */
    private @Nullable String text(int column, String name) throws SQLException {
        if (!Columns.isBinary(row.getMetaData().getColumnType(column))) {
            return row.getString(column);
        }
        byte[] bytes = row.getBytes(column);
        try {
            return bytes == null
                    ? null
                    : StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(bytes))
                            .toString();
        } catch (CharacterCodingException e) {
            defect = "column " + name + " is not valid UTF-8";
            return null;
        }
    }

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
