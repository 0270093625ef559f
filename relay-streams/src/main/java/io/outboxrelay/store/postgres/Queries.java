package io.outboxrelay.store.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Asks for single numbers and for lists. */
final class Queries {
    private Queries() {}

    /** Makes one thing of the row the cursor stands at. */
    @FunctionalInterface
    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    /** One element for each row. */
    static <T> List<T> list(Connection connection, String query, Row<T> each, Object... parameters)
            throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(query)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet rows = statement.executeQuery()) {
                List<T> list = new ArrayList<>();
                while (rows.next()) {
                    list.add(each.of(rows));
                }
                return list;
            }
        }
    }

    /** The number in the first row; empty if there is no row, or null in it. */
    static Optional<Long> number(Connection connection, String query, Object... parameters) throws SQLException {
        List<Optional<Long>> rows = list(
                connection,
                query,
                row -> {
                    long value = row.getLong(1);
                    return row.wasNull() ? Optional.empty() : Optional.of(value);
                },
                parameters);
        return rows.isEmpty() ? Optional.empty() : rows.get(0);
    }

    static long sizeBytes(Connection connection, String table) throws SQLException {
        return number(connection, "select pg_relation_size(?::regclass)", table).orElse(0L);
    }
}
