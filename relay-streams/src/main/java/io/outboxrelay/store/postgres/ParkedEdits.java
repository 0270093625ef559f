package io.outboxrelay.store.postgres;

import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.jdbc.EditFaults;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Single rows of the table of rows that were put aside. Called through the JDBC door. */
final class ParkedEdits {
    private static final List<String> SIZED =
            List.of(ParkedEdit.PAYLOAD, ParkedEdit.HEADERS, ParkedEdit.AGGREGATE_TYPE, ParkedEdit.TYPE);

    private final OutboxSql sql;
    private final long maxBytes;

    /** @param maxBytes no larger value is ever read */
    ParkedEdits(OutboxSql sql, long maxBytes) {
        this.sql = sql;
        this.maxBytes = maxBytes;
    }

    Optional<ParkedDetail> one(Connection connection, String event) throws SQLException {
        return all(connection, event, sql.parkedEvent()).stream().findFirst();
    }

    private static List<ParkedDetail> all(Connection connection, String event, String query) throws SQLException {
        return ParkedRows.isUuid(event)
                ? Queries.list(connection, query, ParkedEdits::detail, event)
                : List.of(); // it is the id of no event
    }

    private static ParkedDetail detail(ResultSet row) throws SQLException {
        Map<String, Long> bytes = new HashMap<>();
        for (int n = 0; n < SIZED.size(); n++) {
            long size = row.getLong(12 + n);
            if (!row.wasNull()) {
                bytes.put(SIZED.get(n), size);
            }
        }
        return new ParkedDetail(ParkedRows.row(row), bytes);
    }

    /** The row is held until the transaction ends, so that nobody releases it meanwhile. */
    ParkedEdit.Result edit(Connection connection, String event, ParkedEdit edit) throws SQLException {
        ParkedEdit.Result tooLarge = edit.tooLarge(maxBytes);
        if (tooLarge != null) {
            return tooLarge;
        }
        List<ParkedDetail> rows = all(connection, event, sql.parkedEventForUpdate());
        if (rows.size() != 1) {
            return rows.isEmpty() ? ParkedDetail.none(event) : ParkedDetail.several(event);
        }
        ParkedDetail row = rows.get(0);
        if (!row.isUndecided()) {
            return row.unfit();
        }
        try {
            write(connection, Long.parseLong(row.row().place()), edit);
            return ParkedEdit.Result.DONE;
        } catch (SQLException e) {
            return EditFaults.refused(connection, sql.parked(), edit, e);
        }
    }

    private void write(Connection connection, long seq, ParkedEdit edit) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(sql.editParked())) {
            ParkedEdit.To<byte[]> payload = edit.payload();
            ParkedEdit.To<String> headers = edit.headers();
            write.setBoolean(1, payload != null);
            write.setBytes(2, payload == null ? null : payload.value());
            write.setBoolean(3, headers != null);
            write.setString(4, headers == null ? null : headers.value());
            write.setString(5, edit.aggregateType());
            write.setString(6, edit.type());
            write.setLong(7, seq);
            write.executeUpdate();
        }
    }
}
