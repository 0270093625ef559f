package io.outboxrelay.store.jdbc;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.store.ParkedEdit;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Set;

/** What a database says to new values of a row. Its own words are not passed on: they quote the values. */
public final class EditFaults {
    private static final String DATA = "22"; // classes of SQLSTATE
    private static final String INTEGRITY = "23";

    private EditFaults() {}

    /**
     * Refused where the values or the rights are the matter; the transaction is rolled back then.
     *
     * @throws SQLException `failure` where it is anything else
     */
    public static ParkedEdit.Result refused(Connection connection, String table, ParkedEdit edit, SQLException failure)
            throws SQLException {
        Set<String> fields = edit.bytes().keySet();
        String state = failure.getSQLState() == null ? "" : failure.getSQLState();
        if (state.startsWith(DATA) || state.startsWith(INTEGRITY)) {
            connection.rollback();
            return new ParkedEdit.Result(
                    ParkedEdit.Outcome.REFUSED,
                    "table " + table + " cannot hold that " + String.join(" or ", fields) + " (SQLSTATE " + state
                            + "); columns have types, lengths and constraints of their own");
        }
        if (SqlFaults.classify("edit", failure).fault() == Fault.MISCONFIGURED) {
            connection.rollback();
            return new ParkedEdit.Result(
                    ParkedEdit.Outcome.REFUSED,
                    "the relay may not change " + String.join(", ", fields) + " of table " + table + " (SQLSTATE "
                            + state + "); grant update on these columns, as the documentation's role table says");
        }
        throw failure;
    }
}
