package io.outboxrelay.store.plain;

import io.outboxrelay.store.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** The list of rows that are left out when rows are read. Called through the JDBC door. */
final class PlainParked {
    private static final int LONGEST_REASON = 2000;

    private final PlainSql sql;

    PlainParked(PlainSql sql) {
        this.sql = sql;
    }

    /** Once more counts as one more attempt. */
    void add(Connection connection, List<Refusal> refusals) throws SQLException {
        for (Refusal refusal : refusals) {
            String reason = refusal.reason();
            String fitting = reason.substring(0, Math.min(LONGEST_REASON, reason.length()));
            if (write(connection, sql.parkAgain(), fitting, refusal.row().id()) == 0) {
                write(connection, sql.park(), fitting, refusal.row().id());
            }
        }
    }

    private static int write(Connection connection, String statement, String reason, String id) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(statement)) {
            write.setString(1, reason);
            write.setString(2, id);
            return write.executeUpdate();
        }
    }
}
