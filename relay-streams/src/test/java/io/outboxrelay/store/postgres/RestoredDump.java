package io.outboxrelay.store.postgres;

import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import java.io.IOException;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.postgresql.copy.CopyManager;
import org.postgresql.core.BaseConnection;

/**
 * An outbox copied to another server as pg_dump and psql would do it: schema, then data of one snapshot, then the
 * sequence's value, then the constraint that is marked NOT VALID.
 */
public final class RestoredDump {
    private static final String GUARD = "outbox_txid_own";

    private RestoredDump() {}

    /** Both outboxes must be set up; what the target's tables hold is replaced. */
    static void copy(OutboxSettings from, OutboxSettings to) throws SQLException, IOException {
        copy(from, to, List.of());
    }

    /** The application's tables too. */
    public static void copy(OutboxSettings from, OutboxSettings to, List<String> others)
            throws SQLException, IOException {
        try (Connection source = superuser(from);
                Connection target = superuser(to)) {
            source.setAutoCommit(false);
            execute(source, "set transaction isolation level repeatable read");
            execute(target, "alter table outbox drop constraint " + GUARD);
            List<String> tables =
                    new ArrayList<>(List.of("outbox", "outbox_progress", "outbox_ahead", "outbox_parked"));
            tables.addAll(others);
            for (String table : tables) {
                execute(target, "truncate " + table);
                pipe(source, target, table);
            }
            execute(
                    target,
                    "alter table outbox add constraint " + GUARD + " check (txid = pg_current_xact_id()) not valid");
            execute(target, "select setval('outbox_seq_seq', " + lastNumber(source) + ")");
        }
    }

    private static void pipe(Connection source, Connection target, String table) throws SQLException, IOException {
        CopyManager out = source.unwrap(BaseConnection.class).getCopyAPI();
        CopyManager in = target.unwrap(BaseConnection.class).getCopyAPI();
        PipedOutputStream pipe = new PipedOutputStream();
        try (PipedInputStream rows = new PipedInputStream(pipe)) {
            CompletableFuture<Void> written = CompletableFuture.runAsync(() -> {
                try (pipe) {
                    out.copyOut("copy (select * from " + table + ") to stdout", pipe);
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            in.copyIn("copy " + table + " from stdin", rows);
            written.join();
        }
    }

    private static long lastNumber(Connection source) throws SQLException {
        try (Statement statement = source.createStatement();
                ResultSet row = statement.executeQuery("select last_value from outbox_seq_seq")) {
            row.next();
            return row.getLong(1);
        }
    }

    private static Connection superuser(OutboxSettings outbox) throws SQLException {
        return DocumentedRoles.connect(outbox, DocumentedRoles.SUPERUSER);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
