package io.outboxrelay.store.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/** The row a result set stands at. */
record FetchedRow(ResultSet row) implements StoredRow.Columns {

    @Override
    public long number(int column) throws SQLException {
        return row.getLong(column + 1);
    }

    @Override
    public String uuid(int column) throws SQLException {
        return row.getString(column + 1);
    }

    @Override
    public Instant time(int column) throws SQLException {
        OffsetDateTime time = row.getObject(column + 1, OffsetDateTime.class);
        if (time.equals(OffsetDateTime.MAX)) {
            return Instant.MAX;
        }
        return time.equals(OffsetDateTime.MIN) ? Instant.MIN : time.toInstant();
    }

    /** Text too: the driver hands on its bytes as the server sent them. */
    @Override
    public byte @Nullable [] bytes(int column) throws SQLException {
        return row.getBytes(column + 1);
    }

    @Override
    public @Nullable String text(int column) throws SQLException {
        byte[] bytes = bytes(column);
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable String name(int column) throws SQLException {
        return text(column);
    }

    @Override
    public @Nullable String tooLarge() throws SQLException {
        return text(ReadSql.TOO_LARGE);
    }
}
