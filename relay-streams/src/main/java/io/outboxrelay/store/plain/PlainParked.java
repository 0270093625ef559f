package io.outboxrelay.store.plain;

import io.outboxrelay.model.Aggregate;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.Refusal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The list of rows that are left out when rows are read. Called through the JDBC door. */
final class PlainParked {
    private static final int LONGEST_REASON = 2000;
    private static final String REFUSED = Refusal.Kind.REFUSED.toString();
    private static final String PASSED = Refusal.Kind.PASSED.toString();

    private final PlainSql sql;

    PlainParked(PlainSql sql) {
        this.sql = sql;
    }

    /** An entry of the list by its id. */
    private record Entry(String id, String state, @Nullable Aggregate aggregate) {}

    /** Puts the refused ones of these rows on the list, once more as one more attempt; returns the ids of the others. */
    List<Object> withhold(Connection connection, List<Object> ids, List<Refusal> refusals) throws SQLException {
        if (refusals.isEmpty()) {
            return ids;
        }
        Map<String, Object> byName = new LinkedHashMap<>();
        ids.forEach(id -> byName.put(Columns.name(id), id));
        for (Refusal refusal : refusals) {
            String name = refusal.row().id();
            String state = refusal.kind().toString();
            Object id = Objects.requireNonNull(byName.remove(name), () -> refusal.row() + " is not in flight");
            String reason = refusal.reason();
            String fitting = reason.substring(0, Math.min(LONGEST_REASON, reason.length()));
            if (write(connection, sql.parkAgain(), fitting, state, name) == 0) {
                write(connection, sql.park(), fitting, state, name, id);
            }
        }
        return List.copyOf(byName.values());
    }

    Parked of(Connection connection, SlotRange slots) throws SQLException {
        List<Entry> entries = entries(connection, slots);
        return entries.isEmpty() ? Parked.NONE : new Parked(blocked(entries), entries.size());
    }

    /** Takes off the list what may be tried again; it is read again, before whatever comes after it. */
    void release(Connection connection, SlotRange slots) throws SQLException {
        List<Entry> entries = entries(connection, slots);
        Set<Aggregate> blocked = blocked(entries);
        for (Entry entry : entries) {
            boolean decided = !entry.state().equals(REFUSED) && !entry.state().equals(PASSED);
            if (decided && (entry.aggregate() == null || !blocked.contains(entry.aggregate()))) {
                write(connection, sql.unpark(), entry.id());
            }
        }
    }

    /** A skipped one stays on the list, for what is not on it is read. */
    Map<String, Integer> decide(Connection connection, Decision decision, List<String> events) throws SQLException {
        boolean skip = decision == Decision.SKIP;
        Map<String, Integer> slots = new LinkedHashMap<>();
        for (String event : events) {
            int changed =
                    skip ? write(connection, sql.skipParked(), event) : write(connection, sql.releaseParked(), event);
            if (changed > 0) {
                slots.put(event, slot(connection, event));
            }
        }
        return slots;
    }

    private int slot(Connection connection, String event) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(sql.parkedEvent())) {
            read.setString(1, event);
            try (ResultSet row = read.executeQuery()) {
                row.next();
                return row.getInt(1);
            }
        }
    }

    List<ParkedRow> list(Connection connection, String after, int limit) throws SQLException {
        List<ParkedRow> rows = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(sql.listParked())) {
            read.setString(1, after);
            read.setInt(2, limit);
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    rows.add(row(row, -1));
                }
            }
        }
        return rows;
    }

    static ParkedRow row(ResultSet row, long payloadBytes) throws SQLException {
        return new ParkedRow(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                null,
                row.getString(5),
                row.getString(6),
                row.getInt(7),
                row.getTimestamp(8).toInstant(),
                row.getTimestamp(9).toInstant(),
                payloadBytes);
    }

    private static Set<Aggregate> blocked(List<Entry> entries) {
        return entries.stream()
                .filter(entry -> entry.state().equals(REFUSED) && entry.aggregate() != null)
                .map(entry -> Objects.requireNonNull(entry.aggregate()))
                .collect(Collectors.toUnmodifiableSet());
    }

    private List<Entry> entries(Connection connection, SlotRange slots) throws SQLException {
        List<Entry> entries = new ArrayList<>();
        try (PreparedStatement read = connection.prepareStatement(sql.parkedRows())) {
            read.setInt(1, slots.low());
            read.setInt(2, slots.high());
            try (ResultSet row = read.executeQuery()) {
                while (row.next()) {
                    String key = row.getString(4);
                    entries.add(new Entry(
                            row.getString(1),
                            row.getString(2),
                            key == null ? null : new Aggregate(row.getString(3), key)));
                }
            }
        }
        return entries;
    }

    private static int write(Connection connection, String statement, Object... parameters) throws SQLException {
        try (PreparedStatement write = connection.prepareStatement(statement)) {
            for (int n = 0; n < parameters.length; n++) {
                write.setObject(n + 1, parameters[n]);
            }
            return write.executeUpdate();
        }
    }
}
