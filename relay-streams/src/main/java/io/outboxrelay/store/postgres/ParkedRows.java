package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.store.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/** The table of rows that can never be published as they are. Called through the JDBC door. */
final class ParkedRows {
    private final OutboxSql sql;

    ParkedRows(OutboxSql sql) {
        this.sql = sql;
    }

    /** Copies them within the database, so that their payloads need not be at hand; once more counts as one more attempt. */
    void add(Connection connection, List<Refusal> refusals) throws SQLException {
        if (refusals.isEmpty()) {
            return;
        }
        try (PreparedStatement park = connection.prepareStatement(sql.park())) {
            for (Refusal refusal : refusals) {
                park.setString(1, refusal.reason());
                park.setString(2, Long.toString(refusal.row().txid()));
                park.setLong(3, refusal.row().seq());
                if (park.executeUpdate() != 1) {
                    throw new RelayException(
                            Fault.MISCONFIGURED,
                            refusal.row() + " is to be parked and is not in " + sql.table() + " any more");
                }
            }
        }
    }
}
