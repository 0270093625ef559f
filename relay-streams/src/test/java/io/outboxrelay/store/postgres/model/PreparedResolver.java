package io.outboxrelay.store.postgres.model;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** Ends prepared transactions, some time later, from a connection that has nothing to do with their writer. */
final class PreparedResolver extends Worker {
    private final ModelDatabase database;
    private final Random random;
    private final Tally tally;
    private final AtomicBoolean held = new AtomicBoolean();

    PreparedResolver(ModelPlan plan, ModelDatabase database, Tally tally, CompletableFuture<Void> broken) {
        super("resolver", broken);
        this.database = database;
        this.random = plan.randomOf("resolver");
        this.tally = tally;
    }

    /** Leaves them pending until {@link #release}. */
    void hold() {
        held.set(true);
    }

    void release() {
        held.set(false);
    }

    @Override
    void connected() throws SQLException {
        try (Connection connection = database.connect()) {
            while (!stopped()) {
                if (!held.get()) {
                    for (String gid : pending(connection)) {
                        if (random.nextInt(100) < 35) {
                            end(connection, gid);
                        }
                    }
                }
                pause(Duration.ofMillis(30));
            }
        }
    }

    /** To be called when no writer is left. */
    void endAll() throws SQLException {
        try (Connection connection = database.connect()) {
            for (String gid : pending(connection)) {
                end(connection, gid);
            }
        }
    }

    private void end(Connection connection, String gid) throws SQLException {
        String how = random.nextInt(3) == 0 ? "rollback" : "commit";
        try (Statement statement = connection.createStatement()) {
            statement.execute(how + " prepared '" + gid + "'");
        }
        tally.count(how + " prepared");
    }

    private static List<String> pending(Connection connection) throws SQLException {
        List<String> gids = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(
                        "select gid from pg_prepared_xacts where database = current_database() order by prepared")) {
            while (row.next()) {
                gids.add(row.getString(1));
            }
        }
        return gids;
    }
}
