package io.outboxrelay.store.postgres;

import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Predicate;
import org.apache.pekko.Done;

/**
 * The table in which the nodes of a cluster find each other. All times are the database's. One connection, used by one
 * thread, reopened after a failure; calls run in the order they are made and fail with a
 * {@link io.outboxrelay.fault.RelayException}.
 */
public final class NodeTable implements AutoCloseable {
    /** Any number will do as long as it never changes: nodes of all versions must meet at it. */
    private static final long LOCK = 0x6f7574626f78L;

    private static final String SIGN_IN = "insert into outbox_relay_node (address) values (?) on conflict (address)"
            + " do update set since = clock_timestamp(), seen = clock_timestamp() returning since::text";

    private final JdbcRunner runner;
    private final String call;

    /** Another node as it last signed: its `host:port`, and how long ago that was. */
    public record Row(String address, Duration age) {}

    /** Connects with the first call. */
    public NodeTable(DatabaseSettings database) {
        this.runner = new JdbcRunner("nodes", database, 1, "");
        this.call = "node table in " + database.safeUrl();
    }

    /**
     * While no other node decides: forgets what `own` signed in an earlier life, shows `rule` the other rows, and signs
     * `own` in if `signsIn` says so of the result. That is visible to others before they can decide.
     */
    public <T> CompletionStage<T> decide(String own, Function<List<Row>, T> rule, Predicate<T> signsIn) {
        return runner.inTransaction(call, connection -> {
            // A node that hangs while it decides must not keep the others waiting for ever.
            execute(connection, "set local lock_timeout = '20s'");
            execute(connection, "select pg_advisory_xact_lock(" + LOCK + ")");
            update(connection, "delete from outbox_relay_node where address = ?", own);
            T result = rule.apply(rows(connection));
            if (signsIn.test(result)) {
                signIn(connection, own);
            }
            return result;
        });
    }

    /** Says that `own` belongs to the cluster; completes with the moment, which {@link #refresh} wants to hear. */
    public CompletionStage<String> signIn(String own) {
        return runner.inTransaction(call, connection -> signIn(connection, own));
    }

    /**
     * Says that `own` is alive, and removes nodes not seen for `forgetAfter`.
     *
     * @param since what {@link #signIn} said
     * @return false if the row of `own` is gone or another's: somebody else uses the same address
     */
    public CompletionStage<Boolean> refresh(String own, String since, Duration forgetAfter) {
        return runner.inTransaction(call, connection -> {
            int found = update(
                    connection,
                    "update outbox_relay_node set seen = clock_timestamp()"
                            + " where address = ? and since = ?::timestamptz",
                    own,
                    since);
            update(
                    connection,
                    "delete from outbox_relay_node where seen < clock_timestamp() - ?::interval",
                    forgetAfter.toMillis() + " milliseconds");
            return found == 1;
        });
    }

    /** Removes the row of `own`. */
    public CompletionStage<Done> signOff(String own) {
        return runner.inTransaction(call, connection -> {
            update(connection, "delete from outbox_relay_node where address = ?", own);
            return Done.getInstance();
        });
    }

    @Override
    public void close() {
        runner.close();
    }

    private static List<Row> rows(Connection connection) throws SQLException {
        String query = "select address, (extract(epoch from clock_timestamp() - seen) * 1000)::bigint"
                + " from outbox_relay_node order by since, address";
        try (PreparedStatement statement = connection.prepareStatement(query);
                ResultSet found = statement.executeQuery()) {
            List<Row> rows = new ArrayList<>();
            while (found.next()) {
                rows.add(new Row(found.getString(1), Duration.ofMillis(found.getLong(2))));
            }
            return rows;
        }
    }

    private static String signIn(Connection connection, String own) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SIGN_IN)) {
            statement.setString(1, own);
            try (ResultSet since = statement.executeQuery()) {
                since.next();
                return since.getString(1);
            }
        }
    }

    private static int update(Connection connection, String sql, String... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setString(i + 1, parameters[i]);
            }
            return statement.executeUpdate();
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }
}
