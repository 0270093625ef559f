package io.outboxrelay.store.postgres.model;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Makes the ring turn within seconds by taking sequence numbers that nobody uses, concurrently with the writers. Never
 * `setval`: a number that was handed out must not come again.
 */
final class SequenceBurner extends Worker {
    private static final int NUMBERS = 150_000;

    private final ModelDatabase database;

    SequenceBurner(ModelDatabase database, CompletableFuture<Void> broken) {
        super("burner", broken);
        this.database = database;
    }

    @Override
    void connected() throws SQLException {
        try (Connection connection = database.connectAsSuperuser();
                Statement statement = connection.createStatement()) {
            while (!stopped()) {
                burn(statement);
                pause(Duration.ofMillis(500));
            }
        }
    }

    private static void burn(Statement statement) throws SQLException {
        statement.execute("select count(nextval('outbox_seq_seq')) from generate_series(1, " + NUMBERS + ")");
    }
}
