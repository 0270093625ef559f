package io.outboxrelay.store.plain;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RowField.Column;
import io.outboxrelay.store.Finding;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.jdbc.Sample;
import io.outboxrelay.store.jdbc.SqlFaults;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionException;

/** Examines a plain outbox with the rights of a node; blocking, for the command line. Changes nothing. */
public final class PlainDoctor {
    private static final SlotRange ALL = new SlotRange(0, Slots.COUNT - 1);

    private PlainDoctor() {}

    /** One finding for each check. */
    public static List<Finding> examine(OutboxSettings settings) {
        String server = settings.database().safeUrl();
        try (JdbcRunner lane = new JdbcRunner(settings.name() + "-doctor", settings.database(), 1, "")) {
            return lane.inTransaction("examine " + settings.table(), connection -> findings(connection, settings))
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            return List.of(failed("database", server, e));
        }
    }

    /**
     * One row for each of the routes that rows wait for.
     *
     * @param columns what decides about the route
     */
    public static List<OutboxRow> waiting(OutboxSettings settings, Set<Column> columns) {
        String look = "look at the rows that wait in " + settings.table();
        try (JdbcRunner lane = new JdbcRunner(settings.name() + "-doctor", settings.database(), 1, "")) {
            return lane.inTransaction(look, connection -> {
                        try (PreparedStatement read =
                                        connection.prepareStatement(new PlainSql(settings).routes(columns));
                                ResultSet rows = read.executeQuery()) {
                            return Sample.read(rows);
                        }
                    })
                    .toCompletableFuture()
                    .join();
        } catch (CompletionException e) {
            throw RelayException.of(e);
        }
    }

    private static List<Finding> findings(Connection connection, OutboxSettings settings) {
        PlainSql sql = new PlainSql(settings);
        List<Finding> findings = new ArrayList<>();
        findings.add(Finding.ok("database", settings.database().safeUrl() + " answers"));
        findings.add(run("table", settings.table(), () -> {
            new TableCheck(settings, sql).check(connection);
            return Finding.ok("table", settings.table() + " has the columns that columns {} names");
        }));
        findings.add(run("shards", sql.shards(), () -> shards(connection, sql)));
        findings.add(run("parked", sql.parked(), () -> parked(connection, sql)));
        findings.add(run("lag", settings.table(), () -> lag(connection, sql, settings)));
        return findings;
    }

    private static Finding shards(Connection connection, PlainSql sql) throws SQLException {
        long shards = count(connection, sql.shards());
        return shards == 0
                ? Finding.warn("shards", "not set up yet", "start a node: the first one sets them up")
                : Finding.ok("shards", Long.toString(shards));
    }

    private static Finding parked(Connection connection, PlainSql sql) throws SQLException {
        long rows = count(connection, sql.parked());
        return rows == 0
                ? Finding.ok("parked", "no rows")
                : Finding.warn(
                        "parked",
                        rows + " rows can never be published as they are",
                        "select id, reason, attempts, first_at from " + sql.parked() + " says which and why");
    }

    private static Finding lag(Connection connection, PlainSql sql, OutboxSettings settings) throws SQLException {
        Backlog backlog = new PlainRows(settings, sql).backlog(connection, ALL);
        String waiting = backlog.rows() + (backlog.capped() ? " or more" : "") + " rows wait, the oldest for "
                + backlog.oldestAge().toSeconds() + " s";
        return backlog.oldestAge().compareTo(settings.stuckAfter()) <= 0
                ? Finding.ok("lag", waiting)
                : Finding.warn(
                        "lag",
                        waiting,
                        "see whether nodes run and what their log says; GET /outbox shows every shard's last error");
    }

    private static long count(Connection connection, String table) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement("select count(*) from " + table);
                ResultSet row = count.executeQuery()) {
            row.next();
            return row.getLong(1);
        }
    }

    @FunctionalInterface
    private interface Check {
        Finding make() throws SQLException;
    }

    /** A check that cannot be made is a finding. PostgreSQL refuses what follows one, so the first says what is wrong. */
    private static Finding run(String check, String what, Check make) {
        try {
            return make.make();
        } catch (SQLException | RelayException e) {
            return failed(check, what, e);
        }
    }

    private static Finding failed(String check, String what, Exception e) {
        RelayException cause = e instanceof CompletionException ? RelayException.of(e) : SqlFaults.classify(what, e);
        return Finding.fail(check, String.valueOf(cause.getMessage()), "remove the cause, then examine again");
    }
}
