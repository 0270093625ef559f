package io.outboxrelay.store.jdbc;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.sql.SQLException;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a failed database call means, by SQLSTATE (PostgreSQL documentation, appendix A, and what H2 and MariaDB answer
 * in its place). Unknown is TRANSIENT.
 */
public final class SqlFaults {
    private static final String ROLES = "; grant what the documentation's role table lists";
    private static final Set<String> MISCONFIGURED = Set.of(
            "28000", // invalid authorization
            "28P01", // wrong password
            "3D000", // no such database
            "3F000", // no such schema
            "42P01", // no such table
            "42703", // no such column
            "42883", // no such function
            "25006", // read-only: a standby
            "42501", // missing privilege
            "42S02", // no such table: MariaDB, H2
            "42S03", // no such table: H2, which knows a similar one
            "42S04", // no such table: H2, which has none at all
            "42S22" // no such column: MariaDB, H2
            );

    /** MariaDB tells a missing right from a mistake in the statement by its error code only. */
    private static final String MARIADB_SYNTAX_OR_ACCESS = "42000";

    private static final Set<Integer> MARIADB_MISCONFIGURED = Set.of(
            1044, // no right on this database
            1049, // no such database
            1142, // missing privilege on a table
            1143 // missing privilege on a column
            );

    private SqlFaults() {}

    /** What `failure` means, told with the name of the call that met it. */
    public static RelayException classify(String call, Throwable failure) {
        if (failure instanceof RelayException relay) {
            return relay;
        }
        SQLException sql = deepestSql(failure);
        if (sql == null) {
            return new RelayException(Fault.TRANSIENT, call + ": " + failure, failure);
        }
        String state = sql.getSQLState() == null ? "" : sql.getSQLState();
        boolean mariaDb = state.equals(MARIADB_SYNTAX_OR_ACCESS) && MARIADB_MISCONFIGURED.contains(sql.getErrorCode());
        Fault fault = mariaDb || MISCONFIGURED.contains(state) ? Fault.MISCONFIGURED : Fault.TRANSIENT;
        String advice = mariaDb ? ROLES : advice(state);
        return new RelayException(fault, call + ": " + firstLine(sql) + " (SQLSTATE " + state + ")" + advice, failure);
    }

    private static String advice(String state) {
        return switch (state) {
            case "42P01", "42703", "42S02", "42S03", "42S04", "42S22" ->
                "; create or upgrade the tables with `relay migrate`";
            case "28P01", "28000" -> "; check outbox-relay.database.user and .password";
            case "25006" -> "; an outbox is read and acknowledged on the primary only";
            case "42501" -> ROLES;
            default -> "";
        };
    }

    /** Whether it came of losing the server, and not of what was asked. */
    public static boolean isLostConnection(Throwable failure) {
        SQLException sql = deepestSql(failure);
        String state = sql == null ? "" : String.valueOf(sql.getSQLState());
        return state.startsWith("08") || state.startsWith("57P");
    }

    private static @Nullable SQLException deepestSql(Throwable failure) {
        SQLException found = null;
        int depth = 0;
        for (Throwable t = failure; t != null && depth < 20; t = t.getCause(), depth++) {
            if (t instanceof SQLException sql && sql.getSQLState() != null) {
                found = sql;
            }
        }
        return found;
    }

    /** Only the first line: what follows can quote values of a row. */
    private static String firstLine(SQLException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }
}
