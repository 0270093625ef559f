package io.outboxrelay.store.postgres;

import io.outboxrelay.store.Finding;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;

/** What the doctor wants of the server and of the sessions on it. */
final class ServerCheck {
    private static final int OLDEST_VERSION = 13;

    private final Duration longOpen;
    private final Duration catchUpHold;

    ServerCheck(Duration longOpen, Duration catchUpHold) {
        this.longOpen = longOpen;
        this.catchUpHold = catchUpHold;
    }

    static Finding version(String check, Connection connection) throws SQLException {
        long number = Queries.number(connection, "select current_setting('server_version_num')::int")
                .orElseThrow();
        return number / 10_000 >= OLDEST_VERSION
                ? Finding.ok(check, "PostgreSQL " + number / 10_000)
                : Finding.fail(
                        check,
                        "PostgreSQL " + number / 10_000 + " has no transaction ids of 64 bits",
                        "upgrade to PostgreSQL " + OLDEST_VERSION + " or newer");
    }

    static Finding primary(String check, Connection connection) throws SQLException {
        List<Boolean> standby = Queries.list(connection, "select pg_is_in_recovery()", row -> row.getBoolean(1));
        return standby.get(0)
                ? Finding.fail(
                        check,
                        "this server is a standby, where transactions in progress cannot be told from committed ones",
                        "name the primary in database.url, for example with targetServerType=primary")
                : Finding.ok(check, "this server is the primary");
    }

    /** A server that knows no encoding takes any bytes for text; consumers expect UTF-8. */
    static Finding encoding(String check, Connection connection) throws SQLException {
        String encoding = Queries.list(connection, "select current_setting('server_encoding')", row -> row.getString(1))
                .get(0);
        return encoding.equals("SQL_ASCII")
                ? Finding.warn(
                        check,
                        "server_encoding is SQL_ASCII: writers can store text that is not UTF-8, and such a row cannot"
                                + " be published",
                        "move the outbox to a database with encoding UTF8, or make sure that every writer sends UTF-8")
                : Finding.ok(check, "server_encoding is " + encoding);
    }

    /** The relay keeps transactions open while it catches up. */
    Finding timeLimits(String check, Connection connection) throws SQLException {
        long leastMillis = catchUpHold.multipliedBy(2).toMillis();
        List<String> tooShort = Queries.list(
                connection,
                "select name || ' = ' || setting || ' ms' from pg_settings where name in ('statement_timeout',"
                        + " 'idle_in_transaction_session_timeout', 'transaction_timeout')"
                        + " and setting::bigint > 0 and setting::bigint < ? order by name",
                row -> row.getString(1),
                leastMillis);
        return tooShort.isEmpty()
                ? Finding.ok(check, "no time limit below " + leastMillis + " ms")
                : Finding.warn(
                        check,
                        String.join(", ", tooShort) + " may cut off a shard that catches up",
                        "set it for the relay's role to 0, or to at least twice reader.catch-up-hold");
    }

    Finding preparedTransactions(String check, Connection connection) throws SQLException {
        List<String> old = Queries.list(
                connection,
                "select format('''%s'' in database %s since %s', gid, database, date_trunc('second', prepared))"
                        + " from pg_prepared_xacts where prepared < clock_timestamp() - ?::interval order by prepared",
                row -> row.getString(1),
                interval());
        return old.isEmpty()
                ? Finding.ok(check, "none is older than " + longOpen.toSeconds() + " s")
                : Finding.warn(
                        check,
                        "left behind: " + String.join("; ", old),
                        "it keeps sent rows from being removed; end it in its database with commit prepared or"
                                + " rollback prepared");
    }

    Finding longTransactions(String check, Connection connection) throws SQLException {
        List<String> old = Queries.list(
                connection,
                "select format('pid %s (application ''%s'', database %s, since %s)', pid, application_name, datname,"
                        + " date_trunc('second', xact_start)) from pg_stat_activity where backend_xid is not null"
                        + " and xact_start < clock_timestamp() - ?::interval and pid <> pg_backend_pid()"
                        + " order by xact_start",
                row -> row.getString(1),
                interval());
        if (!old.isEmpty()) {
            return Finding.warn(
                    check,
                    "open for long: " + String.join("; ", old),
                    "events go on flowing, but sent rows are not removed while it is open; end it if it should not be");
        }
        boolean seesAll = Queries.list(
                        connection,
                        "select pg_has_role(current_user, 'pg_read_all_stats', 'usage')",
                        row -> row.getBoolean(1))
                .get(0);
        return Finding.ok(
                check,
                "none is older than " + longOpen.toSeconds() + " s"
                        + (seesAll ? "" : "; only this role's own could be seen, see docs/roles.md"));
    }

    private String interval() {
        return longOpen.toMillis() + " milliseconds";
    }
}
