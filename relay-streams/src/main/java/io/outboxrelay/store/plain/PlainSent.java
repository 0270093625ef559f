package io.outboxrelay.store.plain;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Retained;
import io.outboxrelay.store.SentPlace;
import io.outboxrelay.store.SentQuery;
import io.outboxrelay.store.SentRows;
import io.outboxrelay.store.jdbc.JdbcRunner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Reads rows that are marked as sent, in the order of their column for that; what the application deleted is gone. */
public final class PlainSent implements SentRows, AutoCloseable {
    private static final int FETCH_ROWS = 50;

    private final OutboxSettings settings;
    private final ColumnSettings columns;
    private final JdbcRunner lane;
    private final PlainRows rows;
    private final SentSql sql;

    PlainSent(OutboxSettings settings, JdbcRunner lane) {
        this.settings = settings;
        this.columns = settings.columns();
        this.lane = lane;
        this.rows = new PlainRows(settings, new PlainSql(settings));
        this.sql = new SentSql(settings);
    }

    /** One with a connection of its own, for the command line; connects when it is first used. */
    public static PlainSent open(OutboxSettings settings) {
        return new PlainSent(settings, new JdbcRunner(settings.name() + "-sent", settings.database(), 1, ""));
    }

    /** The place of a row as the database has it, and as a number that says how far that is. */
    private record Key(Object order, long number, Object id) {}

    private record Place(
            @Nullable Key first,
            @Nullable Key after,
            @Nullable Key last,
            boolean isEnd) implements SentPlace {
        @Override
        public double share() {
            if (isEnd || first == null || after == null || last == null) {
                return isEnd ? 1 : 0;
            }
            return (double) (after.number() - first.number()) / Math.max(1, last.number() - first.number());
        }

        @Override
        public String toString() {
            return after == null ? "the beginning" : "place " + after.number();
        }
    }

    @Override
    public CompletionStage<Retained> retained() {
        return lane.inTransaction("look what is left of " + settings.table(), connection -> {
            Key last = key(connection, sql.last());
            Key first = key(connection, sql.first());
            Instant since = columns.createdAt().isEmpty() ? null : since(connection);
            return new Retained(new Place(first, null, last, last == null), since, true);
        });
    }

    private static @Nullable Key key(Connection connection, String query) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(query);
                ResultSet row = look.executeQuery()) {
            return row.next() ? key(row) : null;
        }
    }

    private static Key key(ResultSet row) throws SQLException {
        return new Key(row.getObject(2), Columns.order(row, 2), row.getObject(1));
    }

    private @Nullable Instant since(Connection connection) throws SQLException {
        try (PreparedStatement look = connection.prepareStatement(sql.first());
                ResultSet row = look.executeQuery()) {
            return row.next() ? Columns.moment(row, 3) : null;
        }
    }

    @Override
    public CompletionStage<Chunk> sent(SentQuery query, SentPlace after) {
        if (columns.createdAt().isEmpty() && (query.from() != null || query.until() != null)) {
            return SentRows.none("outbox " + settings.name()
                            + " has no column that says when an event was written (columns.created-at), so none can be"
                            + " chosen by time")
                    .sent(query, after);
        }
        return lane.inTransaction(
                "read what was sent of " + settings.table(), connection -> page(connection, query, (Place) after));
    }

    private Chunk page(Connection connection, SentQuery query, Place place) throws SQLException {
        ShardId shard = new ShardId(settings.name(), 0);
        if (place.isEnd()) {
            return new Chunk(shard, List.of(), place);
        }
        boolean binary = rows.binaryPayload(connection);
        int limit = settings.reader().chunkRows();
        List<OutboxRow> found = new ArrayList<>();
        Key reached = place.after();
        boolean end = true;
        try (PreparedStatement read = connection.prepareStatement(sql.rows(query, place.after() != null, binary))) {
            read.setFetchSize(FETCH_ROWS);
            set(read, query, place, limit);
            long bytes = 0;
            int looked = 0;
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    OutboxRow next =
                            PlainRow.of(row, columns, binary, settings.reader().maxPayload());
                    reached = key(row);
                    if (query.events().isEmpty() || query.events().contains(next.id())) {
                        found.add(next);
                    }
                    bytes += next.weight();
                    if (++looked >= limit || bytes >= settings.reader().chunkBytes()) {
                        end = false;
                        break;
                    }
                }
            }
        }
        return new Chunk(shard, found, new Place(place.first(), reached, place.last(), end));
    }

    private void set(PreparedStatement read, SentQuery query, Place place, int limit) throws SQLException {
        Key last = Objects.requireNonNull(place.last());
        int parameter = 1;
        read.setObject(parameter++, last.order());
        Key after = place.after();
        if (after != null) {
            read.setObject(parameter++, after.order());
            read.setObject(parameter++, after.order());
            read.setObject(parameter++, after.id());
        }
        for (Object value : sql.values(query)) {
            read.setObject(parameter++, value);
        }
        read.setInt(parameter, limit);
    }

    /** Refuses an outbox that keeps nothing. */
    static SentRows of(OutboxSettings settings, JdbcRunner lane) {
        return switch (settings.acknowledge().mode()) {
            case MARK -> new PlainSent(settings, lane);
            case DELETE, RING ->
                SentRows.none("outbox " + settings.name() + " deletes every event once it is sent"
                        + " (acknowledge.mode = " + settings.acknowledge().mode() + "), so none is left");
        };
    }

    @Override
    public void close() {
        lane.close();
    }
}
