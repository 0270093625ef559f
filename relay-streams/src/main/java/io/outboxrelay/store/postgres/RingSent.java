package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
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
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;

/**
 * Reads what was sent and is still in the ring, by number: if b was written after a of the same aggregate had committed, b
 * has the higher one.
 */
public final class RingSent implements SentRows, AutoCloseable {
    /** Looked at by one statement, so that a query that few rows meet takes many short ones. */
    private static final long NUMBERS_AT_ONCE = 50_000;

    private static final int FETCH_ROWS = 50;

    private final OutboxSettings settings;
    private final JdbcRunner lane;
    private final OutboxSql sql;
    private final ShardId shard;

    RingSent(OutboxSettings settings, JdbcRunner lane) {
        this.settings = settings;
        this.lane = lane;
        this.sql = new OutboxSql(settings.table());
        this.shard = new ShardId(settings.name(), 0);
    }

    /** One with a connection of its own, for the command line; connects when it is first used. */
    public static RingSent open(OutboxSettings settings) {
        return new RingSent(settings, new JdbcRunner(settings.name() + "-sent", settings.database(), 1, ""));
    }

    /** A partition as it was at the beginning; without rows `first` is above `last`. */
    private record Leaf(long first, long last, long file) {
        /** Whether it held numbers above this one and up to that one. */
        boolean meets(long after, long upTo) {
            return first <= last && last > after && first <= upTo;
        }
    }

    private record Place(long first, long after, long last, List<Leaf> leaves) implements SentPlace {
        @Override
        public boolean isEnd() {
            return after >= last;
        }

        @Override
        public double share() {
            return isEnd() ? 1 : (double) (after - first) / (last - first);
        }

        Place at(long reached) {
            return new Place(first, reached, last, leaves);
        }

        @Override
        public String toString() {
            return "number " + after + " of " + last;
        }
    }

    @Override
    public CompletionStage<Retained> retained() {
        return lane.inTransaction("look what is left of " + settings.table(), this::retained);
    }

    private Retained retained(Connection connection) throws SQLException {
        List<Leaf> leaves = leaves(connection);
        long first = leaves.stream().mapToLong(Leaf::first).min().orElse(Long.MAX_VALUE);
        long last = leaves.stream().mapToLong(Leaf::last).max().orElse(0);
        if (first > last) {
            return new Retained(new Place(0, 0, 0, leaves), null, false);
        }
        List<Instant> since = Queries.list(
                connection, new SentSql(sql, read("UTF8")).createdAt(), row -> new FetchedRow(row).time(0), first);
        return new Retained(
                new Place(first - 1, first - 1, last, leaves), since.isEmpty() ? null : since.get(0), first == 1);
    }

    private List<Leaf> leaves(Connection connection) throws SQLException {
        List<Leaf> leaves = new ArrayList<>();
        for (String leaf : sql.leaves()) {
            leaves.addAll(Queries.list(connection, SentSql.leaf(leaf), row -> {
                long first = row.getLong(1);
                return row.wasNull()
                        ? new Leaf(Long.MAX_VALUE, 0, row.getLong(3))
                        : new Leaf(first, row.getLong(2), row.getLong(3));
            }));
        }
        return leaves;
    }

    @Override
    public CompletionStage<Chunk> sent(SentQuery query, SentPlace after) {
        return lane.inTransaction(
                "read what was sent of " + settings.table(), connection -> page(connection, query, (Place) after));
    }

    private Chunk page(Connection connection, SentQuery query, Place place) throws SQLException {
        List<SentSql.Reached> shards = new ArrayList<>();
        String encoding = positions(connection, shards);
        if (shards.isEmpty() || place.isEnd()) {
            return new Chunk(shard, List.of(), place.at(place.last()));
        }
        long upTo = Math.min(place.last(), place.after() + NUMBERS_AT_ONCE);
        List<OutboxRow> rows = new ArrayList<>();
        boolean all;
        try (PreparedStatement read =
                connection.prepareStatement(new SentSql(sql, read(encoding)).rows(shards, query))) {
            read.setFetchSize(FETCH_ROWS);
            set(read, query, place.after(), upTo);
            try (ResultSet row = read.executeQuery()) {
                all = fill(rows, row);
            }
        }
        checkNothingWasRemoved(connection, place, upTo);
        return new Chunk(
                shard, rows, place.at(all ? upTo : rows.get(rows.size() - 1).seq()));
    }

    private ReadSql read(String encoding) {
        return new ReadSql(settings.table(), settings.reader().maxPayload()).forServer(encoding);
    }

    /** Returns the server's encoding. */
    private String positions(Connection connection, List<SentSql.Reached> shards) throws SQLException {
        String encoding = "UTF8";
        try (PreparedStatement look = connection.prepareStatement(new SentSql(sql, read(encoding)).positions());
                ResultSet row = look.executeQuery()) {
            while (row.next()) {
                if (row.getBoolean(1)) {
                    throw new RelayException(
                            Fault.TRANSIENT, "this server is a standby; events are read from a primary");
                }
                if (!row.getBoolean(2)) {
                    throw new RelayException(
                            Fault.MISCONFIGURED,
                            "the positions of " + settings.table() + " are of another database system, so nobody can"
                                    + " tell what was sent; see on-history-change");
                }
                encoding = row.getString(3);
                shards.add(new SentSql.Reached(
                        new SlotRange(row.getInt(4), row.getInt(5)),
                        row.getString(6),
                        row.getString(7),
                        row.getLong(8)));
            }
        }
        return encoding;
    }

    private static void set(PreparedStatement read, SentQuery query, long after, long upTo) throws SQLException {
        int parameter = 1;
        read.setLong(parameter++, after);
        read.setLong(parameter++, upTo);
        for (Instant time : times(query)) {
            read.setObject(parameter++, time.atOffset(ZoneOffset.UTC));
        }
        for (String text : texts(query)) {
            read.setString(parameter++, text);
        }
        if (!query.events().isEmpty()) {
            Object[] ids = query.events().stream().filter(RingSent::isUuid).toArray();
            read.setArray(parameter, read.getConnection().createArrayOf("uuid", ids));
        }
    }

    private static List<Instant> times(SentQuery query) {
        List<Instant> times = new ArrayList<>();
        if (query.from() != null) {
            times.add(query.from());
        }
        if (query.until() != null) {
            times.add(query.until());
        }
        return times;
    }

    private static List<String> texts(SentQuery query) {
        List<String> texts = new ArrayList<>();
        if (query.aggregateType() != null) {
            texts.add(query.aggregateType());
        }
        if (query.key() != null) {
            texts.add(query.key());
        }
        return texts;
    }

    /** No event has an id that is none. */
    private static boolean isUuid(String id) {
        try {
            UUID.fromString(id);
            return true;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** Whether those were all of them. */
    private boolean fill(List<OutboxRow> rows, ResultSet row) throws SQLException {
        long bytes = 0;
        while (row.next()) {
            OutboxRow next = StoredRow.of(new FetchedRow(row), settings.reader().maxPayload());
            rows.add(next);
            bytes += next.weight();
            if (rows.size() >= settings.reader().chunkRows()
                    || bytes >= settings.reader().chunkBytes()) {
                return false;
            }
        }
        return true;
    }

    /** The rows were read in this transaction, which keeps their partitions from being emptied until it ends. */
    private void checkNothingWasRemoved(Connection connection, Place place, long upTo) throws SQLException {
        List<Leaf> now = leaves(connection);
        for (int n = 0; n < now.size(); n++) {
            Leaf before = place.leaves().get(n);
            if (before.file() != now.get(n).file() && before.meets(place.after(), upTo)) {
                throw new RelayException(
                        Fault.MISCONFIGURED,
                        "partition " + sql.leaves().get(n) + " was emptied before its events after number "
                                + place.after() + " were read; purge.interval and purge.advance-after say how long sent"
                                + " events stay");
            }
        }
    }

    @Override
    public void close() {
        lane.close();
    }
}
