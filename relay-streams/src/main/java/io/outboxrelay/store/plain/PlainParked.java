package io.outboxrelay.store.plain;

import io.outboxrelay.store.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
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

    /**
     * Puts rows on the list; once more counts as one more attempt.
     *
     * @param ids of the rows by their names, as the table has them
     */
    void add(Connection connection, List<Refusal> refusals, Map<String, Object> ids) throws SQLException {
        for (Refusal refusal : refusals) {
            String name = refusal.row().id();
            String reason = refusal.reason();
            String fitting = reason.substring(0, Math.min(LONGEST_REASON, reason.length()));
            if (write(connection, sql.parkAgain(), fitting, name) == 0) {
                write(
                        connection,
                        sql.park(),
                        fitting,
                        name,
                        Objects.requireNonNull(ids.get(name), () -> refusal.row() + " is not in flight"));
            }
        }
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
