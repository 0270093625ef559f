package io.outboxrelay.client;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Writes events into the outbox with the caller's connection, inside the caller's open transaction: they are published
 * if it commits, and never were if it rolls back. Never commits, retries or starts a thread. Safe to share.
 */
public final class OutboxWriter {
    private static final String IDENTIFIER = "[a-z_][a-z0-9_]{0,62}";
    private static final Pattern TABLE = Pattern.compile(IDENTIFIER + "(\\." + IDENTIFIER + ")?");

    private final String insert;

    /** Writes to the table `outbox`, as the connection's search path finds it. */
    public OutboxWriter() {
        this("outbox");
    }

    /** Writes to a table given as `name` or `schema.name`, in lower case and without quotes. */
    public OutboxWriter(String table) {
        if (!TABLE.matcher(table).matches()) {
            throw new IllegalArgumentException(
                    "outbox table = " + table + ", legal: name or schema.name, each of " + IDENTIFIER);
        }
        // The server builds the JSON. Its two arguments are null for an event without headers, and so is the result.
        insert = "insert into " + table + " (id, aggregatetype, aggregateid, type, payload, headers)"
                + " values (?, ?, ?, ?, ?, jsonb_object(?::text[], ?::text[]))";
    }

    /** Writes one event and returns its id. */
    public UUID write(Connection connection, OutboxEvent event) throws SQLException {
        return write(connection, List.of(event)).get(0);
    }

    /** Writes events in one batch, to be published in this order where they share a key; returns their ids. */
    public List<UUID> write(Connection connection, Collection<OutboxEvent> events) throws SQLException {
        List<OutboxEvent> complete =
                events.stream().map(OutboxEvent::requireComplete).toList();
        requireTransaction(connection);
        List<UUID> ids = new ArrayList<>(complete.size());
        if (complete.isEmpty()) {
            return List.of();
        }
        try (PreparedStatement statement = connection.prepareStatement(insert)) {
            for (OutboxEvent event : complete) {
                UUID id = event.id().orElseGet(UUID::randomUUID);
                bind(statement, id, event);
                statement.addBatch();
                ids.add(id);
            }
            statement.executeBatch();
        }
        return List.copyOf(ids);
    }

    private static void requireTransaction(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException(
                    "the connection is in auto-commit mode, so the event would be committed apart"
                            + " from the change it tells of: call setAutoCommit(false), then make the change, write the event"
                            + " and commit both");
        }
    }

    private static void bind(PreparedStatement statement, UUID id, OutboxEvent event) throws SQLException {
        statement.setObject(1, id);
        statement.setString(2, event.aggregateType());
        statement.setString(3, event.key().orElse(null));
        statement.setString(4, event.type().orElseThrow());
        statement.setBytes(5, event.payload().orElse(null));
        Map<String, String> headers = event.headers();
        bindTexts(statement, 6, headers.isEmpty() ? null : headers.keySet());
        bindTexts(statement, 7, headers.isEmpty() ? null : headers.values());
    }

    private static void bindTexts(PreparedStatement statement, int index, @Nullable Collection<String> texts)
            throws SQLException {
        if (texts == null) {
            statement.setNull(index, Types.ARRAY);
            return;
        }
        Array array = statement.getConnection().createArrayOf("text", texts.toArray());
        statement.setArray(index, array);
    }
}
