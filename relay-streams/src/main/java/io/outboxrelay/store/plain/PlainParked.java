package io.outboxrelay.store.plain;

import io.outboxrelay.store.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** The list of rows that are left out when rows are read. Called through the JDBC door. */
final class PlainParked {
    private static final int LONGEST_REASON = 2000;

    private final PlainSql sql;

    PlainParked(PlainSql sql) {
        this.sql = sql;
    }

    /** Puts the refused ones of these rows on the list, once more as one more attempt; returns the ids of the others. */
    List<Object> withhold(Connection connection, List<Object> ids, List<Refusal> refusals) throws SQLException {
        if (refusals.isEmpty()) {
            return ids;
        }
        Map<String, Object> byName = new LinkedHashMap<>();
        ids.forEach(id -> byName.put(Columns.name(id), id));
        for (Refusal refusal : refusals) {
            String name = refusal.row().id();
            Object id = Objects.requireNonNull(byName.remove(name), () -> refusal.row() + " is not in flight");
            String reason = refusal.reason();
            String fitting = reason.substring(0, Math.min(LONGEST_REASON, reason.length()));
            if (write(connection, sql.parkAgain(), fitting, name) == 0) {
                write(connection, sql.park(), fitting, name, id);
            }
        }
        return List.copyOf(byName.values());
    }

    private static int write(Connection connection, String statement, Object... parameters) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(statement)) {
            for (int n = 0; n < parameters.length; n++) {
                write.setObject(n + 1, parameters[n]);
            }
            return write.executeUpdate();
        }
    }
}
