package io.outboxrelay.store.postgres;

import io.outboxrelay.model.OutboxRow;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes rows of what {@link ReadSql} selects. A value that cannot be had gives its row a defect; other rows never
 * suffer from it. For one row, then thrown away.
 */
final class StoredRow {
    private static final char REPLACEMENT = '\uFFFD';

    private final Columns columns;
    private @Nullable String defect;

    /** The columns of one row by their place from 0, as the server sent them. */
    interface Columns {
        long number(int column) throws SQLException;

        String uuid(int column) throws SQLException;

        Instant time(int column) throws SQLException;

        byte @Nullable [] bytes(int column) throws SQLException;

        /** With a replacement character where it is not UTF-8. */
        @Nullable
        String text(int column) throws SQLException;

        /** As {@link #text}, of a column in which the same few values are expected again and again. */
        @Nullable
        String name(int column) throws SQLException;

        /** Which value is not given out because of its size, and how many bytes it has; null if all are. */
        @Nullable
        String tooLarge() throws SQLException;
    }

    private StoredRow(Columns columns) {
        this.columns = columns;
    }

    static OutboxRow of(Columns columns, long maxBytes) throws SQLException {
        return new StoredRow(columns).read(maxBytes);
    }

    private OutboxRow read(long maxBytes) throws SQLException {
        String tooLarge = columns.tooLarge();
        if (tooLarge != null) {
            defect = tooLarge + " bytes, legal: 0 to " + maxBytes + " (reader.max-payload)";
        }
        String aggregateType = valid(columns.name(4), 4, "aggregatetype");
        String aggregateId = valid(columns.text(5), 5, "aggregateid");
        String type = valid(columns.name(6), 6, "type");
        String headers = valid(columns.text(8), 8, "headers");
        return new OutboxRow(
                columns.number(0),
                columns.uuid(1),
                aggregateType == null ? "" : aggregateType,
                aggregateId,
                type == null ? "" : type,
                columns.bytes(7),
                headers,
                columns.time(3),
                columns.number(2),
                defect);
    }

    private @Nullable String valid(@Nullable String text, int column, String name) throws SQLException {
        if (text == null || text.indexOf(REPLACEMENT) < 0 || isUtf8(Objects.requireNonNull(columns.bytes(column)))) {
            return text;
        }
        defect = "column " + name + " is not valid UTF-8";
        return null;
    }

    private static boolean isUtf8(byte[] bytes) {
        try {
            StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
            return true;
        } catch (CharacterCodingException e) {
            return false;
        }
    }
}
