package io.outboxrelay.testkit;

import io.outboxrelay.settings.OutboxSettings;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** An application's transaction over a connection of its own. */
public final class JdbcTransaction implements OpenTransaction {
    private final Connection connection;
    private final String insert;
    private @Nullable Savepoint savepoint;

    private JdbcTransaction(Connection connection, String table) {
        this.connection = connection;
        this.insert = "insert into " + table
                + " (aggregatetype, aggregateid, type, payload) values ('orders', ?, 'Tested', ?)";
    }

    /** Begins one in the table and database of an outbox, as the relay's own user. */
    public static JdbcTransaction begin(OutboxSettings settings) {
        return begin(
                settings,
                settings.database().user(),
                settings.database().password().reveal());
    }

    /** Begins one as `user`, whose password is its name. */
    public static JdbcTransaction begin(OutboxSettings settings, String user) {
        return begin(settings, user, user);
    }

    private static JdbcTransaction begin(OutboxSettings settings, String user, String password) {
        return calling(() -> {
            Connection connection =
                    DriverManager.getConnection(settings.database().url(), user, password);
            connection.setAutoCommit(false);
            return new JdbcTransaction(connection, settings.table());
        });
    }

    @Override
    public OpenTransaction append(@Nullable String key, String text) {
        return calling(() -> {
            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                statement.setString(1, key);
                statement.setBytes(2, text.getBytes(StandardCharsets.UTF_8));
                statement.executeUpdate();
            }
            return this;
        });
    }

    /** The transaction gets its id before it writes anything, as it would by writing elsewhere (PostgreSQL). */
    public JdbcTransaction takeTransactionId() {
        return calling(() -> {
            try (Statement statement = connection.createStatement()) {
                statement.execute("select pg_current_xact_id()");
            }
            return this;
        });
    }

    @Override
    public OpenTransaction savepoint() {
        return calling(() -> {
            savepoint = connection.setSavepoint();
            return this;
        });
    }

    @Override
    public OpenTransaction rollbackToSavepoint() {
        return calling(() -> {
            connection.rollback(savepoint);
            return this;
        });
    }

    @Override
    public void commit() {
        calling(() -> {
            connection.commit();
            connection.close();
            return this;
        });
    }

    @Override
    public void rollback() {
        calling(() -> {
            connection.rollback();
            connection.close();
            return this;
        });
    }

    @FunctionalInterface
    private interface Call<T> {
        T run() throws SQLException;
    }

    private static <T> T calling(Call<T> call) {
        try {
            return call.run();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
