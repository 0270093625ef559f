package io.outboxrelay.store.plain;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.OutboxSettings;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The application's table. Called through the JDBC door. */
final class PlainRows {
    private static final int BACKLOG_CAP = 100_000;
    private static final int FETCH_ROWS = 50;

    private final PlainSql sql;
    private final Dialect dialect;
    private final ColumnSettings columns;
    private final long maxPayload;
    private volatile @Nullable Boolean binaryPayload;

    PlainRows(OutboxSettings settings, PlainSql sql) {
        this.sql = sql;
        this.dialect = Dialect.of(settings.database().kind());
        this.columns = settings.columns();
        this.maxPayload = settings.reader().maxPayload();
    }

    /** A row by its id and its place; `name` is the id as consumers see it. */
    record Place(Object id, String name, long order, int slot) {}

    /**
     * What one statement saw to wait, lowest first.
     *
     * @param isAll whether nothing else waits; otherwise nothing else does below the last of them
     * @param last order of the last row seen
     */
    record Found(List<Place> places, boolean isAll, long last) {

        /** Those of some slots. */
        Found of(SlotRange slots) {
            return new Found(
                    places.stream()
                            .filter(place -> slots.contains(place.slot()))
                            .toList(),
                    isAll,
                    last);
        }

        /** Whether this place would have been seen. */
        boolean covers(Place place) {
            return isAll || place.order() < last;
        }
    }

    /** What waits in these slots. */
    Found waiting(Connection connection, List<SlotRange> slots, int limit) throws SQLException {
        List<Place> places = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(sql.waiting())) {
            read.setString(1, mask(slots));
            read.setInt(2, limit);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    Object id = row.getObject(1);
                    places.add(new Place(id, Columns.name(id), Columns.order(row, 2), row.getInt(3)));
                }
            }
        }
        long last = places.isEmpty() ? 0 : places.get(places.size() - 1).order();
        return new Found(places, places.size() < limit, last);
    }

    /** One character per slot, so that one statement fits every set of slots. */
    private static String mask(List<SlotRange> slots) {
        StringBuilder mask = new StringBuilder("0".repeat(Slots.COUNT));
        for (SlotRange range : slots) {
            mask.replace(range.low(), range.high() + 1, "1".repeat(range.high() + 1 - range.low()));
        }
        return mask.toString();
    }

    /** The rows at these places, lowest first, up to the one with which they hold `maxBytes`. */
    List<OutboxRow> read(Connection connection, List<Place> places, long maxBytes) throws SQLException {
        List<OutboxRow> rows = new ArrayList<>(places.size());
        boolean binary = binaryPayload(connection);
        EventColumns events = new EventColumns(dialect, columns, binary, maxPayload);
        try (PreparedStatement read = connection.prepareStatement(sql.rows(places.size(), events))) {
            read.setFetchSize(FETCH_ROWS);
            setIds(read, places.stream().map(Place::id).toList());
            try (ResultSet row = read.executeQuery()) {
                long bytes = 0;
                while (bytes < maxBytes && row.next()) {
                    OutboxRow next = PlainRow.of(row, columns, binary, maxPayload);
                    rows.add(next);
                    bytes += next.payloadBytes();
                }
            }
        }
        return List.copyOf(rows);
    }

    /** Whether reading may have stopped because of the bytes. */
    static boolean fills(List<OutboxRow> rows, long maxBytes) {
        return rows.stream().mapToLong(OutboxRow::payloadBytes).sum() >= maxBytes;
    }

    /** Asked once: it takes a restart to change it. */
    boolean binaryPayload(Connection connection) throws SQLException {
        Boolean known = binaryPayload;
        if (known == null) {
            try (PreparedStatement look = connection.prepareStatement(sql.noRow(columns.payload()));
                    ResultSet none = look.executeQuery()) {
                known = Columns.isBinary(none.getMetaData().getColumnType(1));
                binaryPayload = known;
            }
        }
        return known;
    }

    void acknowledge(Connection connection, List<Object> ids) throws SQLException {
        int together = sql.acknowledgesOneByOne() ? 1 : PlainSql.MOST_IDS;
        for (int from = 0; from < ids.size(); from += PlainSql.MOST_IDS) {
            acknowledge(connection, ids.subList(from, Math.min(ids.size(), from + PlainSql.MOST_IDS)), together);
        }
    }

    private void acknowledge(Connection connection, List<Object> ids, int together) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(sql.acknowledge(Math.min(together, ids.size())))) {
            for (int from = 0; from < ids.size(); from += together) {
                setIds(write, ids.subList(from, Math.min(ids.size(), from + together)));
                write.addBatch();
            }
            write.executeBatch();
        }
    }

    private static void setIds(PreparedStatement statement, List<Object> ids) throws SQLException {
        for (int n = 0; n < PlainSql.places(ids.size()); n++) {
            statement.setObject(n + 1, ids.get(Math.min(n, ids.size() - 1)));
        }
    }

    Backlog backlog(Connection connection, SlotRange slots) throws SQLException {
        try (PreparedStatement count = connection.prepareStatement(sql.backlog())) {
            count.setInt(1, slots.low());
            count.setInt(2, slots.high());
            count.setInt(3, BACKLOG_CAP + 1);
            try (ResultSet row = count.executeQuery()) {
                row.next();
                long rows = row.getLong(1);
                Duration age = rows == 0 ? Duration.ZERO : age(Columns.moment(row, 2), Columns.moment(row, 3));
                return new Backlog(Math.min(rows, BACKLOG_CAP), rows > BACKLOG_CAP, age);
            }
        }
    }

    private static Duration age(Instant oldest, Instant now) {
        return now.isBefore(oldest) ? Duration.ZERO : Duration.between(oldest, now);
    }
}
