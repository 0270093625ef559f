package io.outboxrelay.store.postgres;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RowField.Column;
import io.outboxrelay.store.Finding;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.jdbc.Sample;
import io.outboxrelay.store.jdbc.SqlFaults;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;

/**
 * Examines a database for everything that would keep the relay from working, or make it lose or reorder events. Changes
 * nothing; blocking, for the command line and tests.
 */
public final class Doctor {
    private static final Duration LONG_OPEN = Duration.ofMinutes(1);

    private final Duration longOpen;

    /** Looks at one thing, with the rights of the relay. */
    @FunctionalInterface
    interface Look {
        Finding at(String check, Connection connection) throws SQLException;
    }

    private record Check(String name, Look look) {}

    @FunctionalInterface
    private interface Examination {
        List<Finding> of(Connection connection);
    }

    /** One that calls a transaction long when it has been open for a minute. */
    public Doctor() {
        this(LONG_OPEN);
    }

    Doctor(Duration longOpen) {
        this.longOpen = longOpen;
    }

    /** The database the cluster meets in. */
    public List<Finding> cluster(DatabaseSettings database) {
        NeedsCheck needs = NeedsCheck.ofCluster();
        return examine(
                database,
                connection -> run(
                        connection,
                        new Check("primary", ServerCheck::primary),
                        new Check("tables", needs::tables),
                        new Check("rights", needs::rights)));
    }

    /** The database and the tables of one outbox. What rests on tables is left out while they are missing. */
    public List<Finding> outbox(OutboxSettings settings) {
        OutboxSql sql = new OutboxSql(settings.table());
        return examine(settings.database(), connection -> {
            List<Finding> findings = new ArrayList<>(server(connection, settings));
            List<Finding> needs = needs(connection, sql, settings);
            findings.addAll(needs);
            if (needs.stream().allMatch(finding -> finding.level() == Finding.Level.OK)) {
                findings.addAll(table(connection, sql));
                findings.addAll(ring(connection, sql, settings));
            }
            return findings;
        });
    }

    /**
     * One row for each of the routes that rows wait for.
     *
     * @param columns what decides about the route
     */
    public List<OutboxRow> waiting(OutboxSettings settings, Set<Column> columns) {
        OutboxSql sql = new OutboxSql(settings.table());
        try (Connection connection = connect(settings.database())) {
            long acknowledged =
                    Queries.number(connection, sql.acknowledgedBelow()).orElse(0L);
            try (PreparedStatement read = connection.prepareStatement(sql.routes(columns))) {
                read.setString(1, Long.toString(acknowledged));
                try (ResultSet rows = read.executeQuery()) {
                    return Sample.read(rows);
                }
            }
        } catch (SQLException e) {
            throw SqlFaults.classify("look at the rows that wait in " + settings.table(), e);
        }
    }

    private List<Finding> server(Connection connection, OutboxSettings settings) {
        ServerCheck server = new ServerCheck(longOpen, settings.reader().catchUpHold());
        return run(
                connection,
                new Check("server version", ServerCheck::version),
                new Check("primary", ServerCheck::primary),
                new Check("encoding", ServerCheck::encoding),
                new Check("time limits", server::timeLimits),
                new Check("prepared transactions", server::preparedTransactions),
                new Check("long transactions", server::longTransactions));
    }

    private static List<Finding> needs(Connection connection, OutboxSql sql, OutboxSettings settings) {
        NeedsCheck needs = NeedsCheck.of(sql, settings.onHistoryChange());
        return run(connection, new Check("tables", needs::tables), new Check("rights", needs::rights));
    }

    private static List<Finding> table(Connection connection, OutboxSql sql) {
        TableCheck table = new TableCheck(sql);
        SequenceCheck sequence = new SequenceCheck(sql);
        return run(
                connection,
                new Check("columns", table::columns),
                new Check("txid guard", table::guard),
                new Check("index", table::index),
                new Check("autovacuum", table::autovacuum),
                new Check("sequence", sequence::definition),
                new Check("sequence position", sequence::position));
    }

    private List<Finding> ring(Connection connection, OutboxSql sql, OutboxSettings settings) {
        RingCheck ring = new RingCheck(sql);
        PositionCheck position = new PositionCheck(sql, settings, longOpen);
        return run(
                connection,
                new Check("history", position::history),
                new Check("shards", ring::shards),
                new Check("ring", ring::partitions),
                new Check("positions", position::oldest),
                new Check("lag", position::lag),
                new Check("parked", ring::parked));
    }

    /** A check that cannot be made is a finding, and the others are made all the same. */
    private static List<Finding> run(Connection connection, Check... checks) {
        List<Finding> findings = new ArrayList<>();
        for (Check check : checks) {
            try {
                findings.add(check.look().at(check.name(), connection));
            } catch (SQLException | RuntimeException e) {
                findings.add(failed(check.name(), e));
            }
        }
        return findings;
    }

    private static List<Finding> examine(DatabaseSettings database, Examination examination) {
        String server = database.safeUrl();
        try (Connection connection = connect(database)) {
            List<Finding> findings = new ArrayList<>();
            findings.add(Finding.ok("database", server + " answers"));
            findings.addAll(examination.of(connection));
            return findings;
        } catch (SQLException e) {
            return List.of(failed("database", e));
        }
    }

    private static Finding failed(String check, Exception e) {
        return Finding.fail(
                check,
                String.valueOf(SqlFaults.classify("cannot be examined", e).getMessage()),
                "remove the cause, then examine again");
    }

    private static Connection connect(DatabaseSettings database) throws SQLException {
        Properties properties = new Properties();
        properties.putAll(database.properties());
        properties.setProperty("user", database.user());
        properties.setProperty("password", database.password().reveal());
        properties.setProperty("ApplicationName", "outbox-relay doctor");
        properties.setProperty(
                "connectTimeout", Long.toString(database.connectTimeout().toSeconds()));
        properties.setProperty(
                "socketTimeout", Long.toString(database.socketTimeout().toSeconds()));
        properties.setProperty("stringtype", "unspecified");
        Connection connection = DriverManager.getConnection(database.url(), properties);
        try (Statement statement = connection.createStatement()) {
            statement.execute(JdbcRunner.POSTGRESQL_SESSION); // as the relay reads
            return connection;
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
    }
}
