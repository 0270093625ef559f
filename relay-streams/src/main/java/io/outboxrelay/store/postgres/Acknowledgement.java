package io.outboxrelay.store.postgres;

import io.outboxrelay.store.Holder;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.jdbc.JdbcRunner;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Writes the positions of many shards in one statement, each only where the row still carries the writer's epoch. Rows
 * are found by ctid, which stays cheap while somebody else holds an old snapshot.
 */
final class Acknowledgement {

    /** One shard's position to be written by its owner, and the rows before it that are to be parked. */
    record Entry(
            int shard, long epoch, String tid, Object session, SnapshotPosition position, List<Refusal> refusals) {}

    /** Where the row lies now, and whose it is. */
    record Found(String tid, Holder holder) {}

    /**
     * `written` maps shards to the new place of their row, `refused` the others to their owner; `lost` are those that
     * were claimed in an earlier database session, and are not touched.
     */
    record Outcome(Map<Integer, String> written, Map<Integer, @Nullable Found> refused, Set<Integer> lost) {}

    private final OutboxSql sql;
    private final ParkedRows parked;

    Acknowledgement(OutboxSql sql) {
        this.sql = sql;
        this.parked = new ParkedRows(sql);
    }

    /**
     * A position is void once the session is lost in which its shard was claimed: the database may have crashed, and a
     * transaction id that the position counts as seen may be in use again.
     */
    Outcome write(Connection connection, List<Entry> all) throws SQLException {
        Object session = JdbcRunner.session(connection);
        List<Entry> entries = all.stream().filter(e -> e.session() == session).toList();
        Set<Integer> lost = all.stream()
                .filter(e -> e.session() != session)
                .map(Entry::shard)
                .collect(Collectors.toUnmodifiableSet());
        if (entries.isEmpty()) {
            return new Outcome(Map.of(), Map.of(), lost);
        }
        Map<Integer, String> written = update(connection, entries);
        for (Entry entry : entries) {
            if (written.containsKey(entry.shard())) {
                parked.add(connection, entry.refusals());
            }
        }
        return new Outcome(written, refused(connection, entries, written), lost);
    }

    private Map<Integer, String> update(Connection connection, List<Entry> entries) throws SQLException {
        Map<Integer, String> written = new HashMap<>();
        try (PreparedStatement update = connection.prepareStatement(sql.acknowledge())) {
            update.setString(1, array(entries.stream().map(Entry::tid).toList()));
            update.setString(2, array(entries.stream().map(Entry::shard).toList()));
            update.setString(3, array(entries.stream().map(Entry::epoch).toList()));
            update.setString(
                    4, array(entries.stream().map(e -> e.position().prev()).toList()));
            update.setString(
                    5, array(entries.stream().map(e -> e.position().cur()).collect(Collectors.toList())));
            update.setString(
                    6, array(entries.stream().map(e -> e.position().seq()).toList()));
            try (ResultSet row = update.executeQuery()) {
                while (row.next()) {
                    written.put(row.getInt(1), row.getString(2));
                }
            }
        }
        return written;
    }

    private Map<Integer, @Nullable Found> refused(
            Connection connection, List<Entry> entries, Map<Integer, String> written) throws SQLException {
        Map<Integer, @Nullable Found> refused = new HashMap<>();
        for (Entry entry : entries) {
            if (!written.containsKey(entry.shard())) {
                refused.put(entry.shard(), found(connection, entry.shard()));
            }
        }
        return refused;
    }

    private @Nullable Found found(Connection connection, int shard) throws SQLException {
        try (PreparedStatement find = connection.prepareStatement(sql.owner())) {
            find.setInt(1, shard);
            try (ResultSet row = find.executeQuery()) {
                return row.next() ? new Found(row.getString(2), new Holder(row.getLong(1), row.getString(3))) : null;
            }
        }
    }

    /** An array literal; the elements hold digits, colons, commas and parentheses only. */
    private static String array(List<? extends @Nullable Object> values) {
        List<String> elements = new ArrayList<>(values.size());
        for (Object value : values) {
            elements.add(value == null ? "null" : '"' + value.toString() + '"');
        }
        return '{' + String.join(",", elements) + '}';
    }
}
