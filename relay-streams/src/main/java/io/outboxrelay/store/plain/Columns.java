package io.outboxrelay.store.plain;

import java.nio.ByteBuffer;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.sql.Types;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Calendar;
import java.util.HexFormat;
import java.util.TimeZone;
import java.util.UUID;

/** Reads columns whose types are the application's choice. */
final class Columns {
    private static final int UUID_BYTES = 16;
    private static final int MICRO_DIGITS = 6;

    private Columns() {}

    /** An event id as text; a binary one of 16 bytes is a UUID, as Hibernate stores it. */
    static String name(Object id) {
        if (id instanceof byte[] bytes) {
            ByteBuffer buffer = ByteBuffer.wrap(bytes);
            return bytes.length == UUID_BYTES
                    ? new UUID(buffer.getLong(), buffer.getLong()).toString()
                    : HexFormat.of().formatHex(bytes);
        }
        return id.toString();
    }

    /**
     * A number as it is, a timestamp in microseconds. One without a zone is read as UTC, where no hour is missing or
     * comes twice, so that numbers are in the order of the database.
     */
    static long order(ResultSet row, int column) throws SQLException {
        if (!isTimestamp(row.getMetaData().getColumnType(column))) {
            return row.getLong(column);
        }
        Timestamp timestamp = row.getTimestamp(column, Calendar.getInstance(TimeZone.getTimeZone("UTC")));
        return timestamp.toInstant().getEpochSecond() * 1_000_000 + timestamp.getNanos() / 1_000;
    }

    /** What {@link Dialect#moment} selects. */
    static Instant moment(ResultSet row, int column) throws SQLException {
        if (isTimestamp(row.getMetaData().getColumnType(column))) {
            return row.getTimestamp(column).toInstant();
        }
        long micros = row.getBigDecimal(column).movePointRight(MICRO_DIGITS).longValue();
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    static boolean isTimestamp(int type) {
        return type == Types.TIMESTAMP || type == Types.TIMESTAMP_WITH_TIMEZONE;
    }

    static boolean isInteger(int type) {
        return type == Types.BIGINT || type == Types.INTEGER || type == Types.SMALLINT;
    }

    static boolean isBinary(int type) {
        return switch (type) {
            case Types.BINARY, Types.VARBINARY, Types.LONGVARBINARY, Types.BLOB -> true;
            default -> false;
        };
    }
}
