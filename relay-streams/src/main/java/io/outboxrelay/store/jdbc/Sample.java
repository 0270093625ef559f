package io.outboxrelay.store.jdbc;

import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.RowField.Column;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Which different routes the rows that wait have, by a bounded look: one row for each, without anything else of it. */
public final class Sample {
    /** Routes looked at. */
    public static final int MOST = 100;

    /** Rows looked at. */
    public static final int ROWS = 10_000;

    private static final List<Column> SELECTED =
            List.of(Column.ID, Column.AGGREGATETYPE, Column.AGGREGATEID, Column.TYPE, Column.HEADERS);

    private Sample() {}

    /** The statement to be made around a source of rows, {@link #ROWS} at most. */
    public static String select(Set<Column> wanted, Map<Column, String> texts, String aggregateId, String rows) {
        String values = SELECTED.stream()
                .map(column -> wanted.contains(column) && texts.containsKey(column) ? texts.get(column) : "null")
                .collect(Collectors.joining(", "));
        return "select distinct " + values + ", case when " + aggregateId + " is null then 1 else 0 end from (" + rows
                + ") o limit " + MOST;
    }

    /** What {@link #select} finds. A key that is not asked for is replaced by another, unless it is null. */
    public static List<OutboxRow> read(ResultSet found) throws SQLException {
        List<OutboxRow> rows = new ArrayList<>();
        while (found.next()) {
            String key = found.getString(3);
            rows.add(new OutboxRow(
                    rows.size(),
                    orEmpty(found.getString(1)),
                    orEmpty(found.getString(2)),
                    key == null && found.getInt(6) == 0 ? "key" : key,
                    orEmpty(found.getString(4)),
                    null,
                    found.getString(5),
                    Instant.EPOCH));
        }
        return rows;
    }

    private static String orEmpty(@Nullable String text) {
        return text == null ? "" : text;
    }
}
