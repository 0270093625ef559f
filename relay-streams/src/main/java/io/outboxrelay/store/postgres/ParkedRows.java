package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Aggregate;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
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
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.postgresql.PGConnection;
import org.postgresql.PGStatement;

/** The table of rows that were put aside. Called through the JDBC door. */
final class ParkedRows {
    private static final int PAGE = 100;
    private static final Pattern UUID_TEXT = Pattern.compile("[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}");

    private final OutboxSql sql;

    ParkedRows(OutboxSql sql) {
        this.sql = sql;
    }

    /** Copies them within the database, so that their payloads need not be at hand; once more counts as one more attempt. */
    void add(Connection connection, List<Refusal> refusals) throws SQLException {
        if (refusals.isEmpty()) {
            return;
        }
        try (PreparedStatement park = connection.prepareStatement(sql.park())) {
            park.setArray(
                    1,
                    connection.createArrayOf(
                            "text",
                            refusals.stream()
                                    .map(refusal -> Long.toString(refusal.row().txid()))
                                    .toArray()));
            describe(connection, park, 2, refusals);
            int written = park.executeUpdate();
            if (written != refusals.size()) {
                throw new RelayException(
                        Fault.MISCONFIGURED,
                        refusals.size() + " rows were to be parked, and " + written + " of them are in " + sql.table()
                                + "; the first is " + refusals.get(0).row());
            }
        }
    }

    /** Sets three parameters: seq, state, reason. */
    private static void describe(Connection connection, PreparedStatement statement, int first, List<Refusal> refusals)
            throws SQLException {
        statement.setArray(
                first,
                connection.createArrayOf(
                        "bigint",
                        refusals.stream().map(refusal -> refusal.row().seq()).toArray()));
        statement.setArray(
                first + 1,
                connection.createArrayOf(
                        "text",
                        refusals.stream()
                                .map(refusal -> refusal.kind().toString())
                                .toArray()));
        statement.setArray(
                first + 2,
                connection.createArrayOf(
                        "text", refusals.stream().map(Refusal::reason).toArray()));
    }

    /** Rows that were tried again: those that were refused stay, the others were sent and are removed. */
    void conclude(Connection connection, Claim claim, List<OutboxRow> tried, List<Refusal> refusals)
            throws SQLException {
        holdEpoch(connection, claim);
        Set<Long> sent = new HashSet<>();
        tried.forEach(row -> sent.add(row.seq()));
        refusals.forEach(refusal -> sent.remove(refusal.row().seq()));
        try (PreparedStatement again = connection.prepareStatement(sql.parkAgain())) {
            describe(connection, again, 1, refusals);
            again.executeUpdate();
        }
        remove(connection, sent);
    }

    /** They were sent. */
    void remove(Connection connection, Set<Long> sent) throws SQLException {
        try (PreparedStatement remove = connection.prepareStatement(sql.unpark())) {
            remove.setArray(1, connection.createArrayOf("bigint", sent.toArray()));
            remove.executeUpdate();
        }
    }

    /** What was put aside before the position came to it is read again. */
    void removeBeyond(Connection connection, Claim claim, SnapshotPosition position) throws SQLException {
        int shard = claim.shard().number();
        try (PreparedStatement remove = connection.prepareStatement(sql.unparkBeyond(shard))) {
            remove.setInt(1, claim.slots().low());
            remove.setInt(2, claim.slots().high());
            Reshard.setPosition(remove, 3, position);
            remove.executeUpdate();
        }
    }

    /** In a transaction of its own, for a position that moves elsewhere. */
    void addAhead(Connection connection, Claim claim, List<Refusal> refusals) throws SQLException {
        holdEpoch(connection, claim);
        add(connection, refusals);
    }

    private void holdEpoch(Connection connection, Claim claim) throws SQLException {
        try (PreparedStatement read = connection.prepareStatement(sql.epochForShare())) {
            read.setInt(1, claim.shard().number());
            try (ResultSet row = read.executeQuery()) {
                if (!row.next() || row.getLong(1) != claim.epoch()) {
                    throw new RelayException(
                            Fault.FENCED,
                            "shard " + claim.shard() + " was claimed by somebody newer than epoch " + claim.epoch());
                }
            }
        }
    }

    Parked of(Connection connection, SlotRange slots) throws SQLException {
        long rows = Queries.number(connection, sql.parkedRows(), slots.low(), slots.high())
                .orElse(0L);
        if (rows == 0) {
            return Parked.NONE;
        }
        List<Aggregate> blocked = Queries.list(
                connection,
                sql.blockedAggregates(),
                row -> new Aggregate(row.getString(1), row.getString(2)),
                slots.low(),
                slots.high());
        return new Parked(Set.copyOf(blocked), rows);
    }

    /** By the ids of the rows that it was done for: their slots. */
    Map<String, Integer> decide(Connection connection, Decision decision, List<String> events) throws SQLException {
        Map<String, Integer> slots = new HashMap<>();
        String statement = switch (decision) {
            case RELEASE -> sql.releaseParked();
            case SKIP -> sql.skipParked();
        };
        try (PreparedStatement decide = connection.prepareStatement(statement)) {
            Object[] ids = events.stream().filter(ParkedRows::isUuid).toArray();
            decide.setArray(1, connection.createArrayOf("text", ids));
            try (ResultSet row = decide.executeQuery()) {
                while (row.next()) {
                    slots.put(row.getString(1), row.getInt(2));
                }
            }
        }
        return slots;
    }

    static boolean isUuid(String text) {
        return UUID_TEXT.matcher(text).matches();
    }

    /** The sequence number that stands for a place in the list. */
    static long place(String text) {
        if (!text.matches("[0-9]{0,18}")) {
            throw new IllegalArgumentException("'" + text + "' is no place in the list of parked rows");
        }
        return text.isEmpty() ? 0 : Long.parseLong(text);
    }

    List<ParkedRow> list(Connection connection, long after, int limit) throws SQLException {
        return Queries.list(connection, sql.listParked(), ParkedRows::row, after, limit);
    }

    static ParkedRow row(ResultSet row) throws SQLException {
        return new ParkedRow(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                row.getString(4),
                row.getString(5),
                row.getString(6),
                row.getString(7),
                row.getInt(8),
                row.getTimestamp(9).toInstant(),
                row.getTimestamp(10).toInstant(),
                row.getLong(11));
    }

    /** The next rows that may be tried again, after this one; none at the end. */
    List<OutboxRow> released(Connection connection, ReadSql read, SlotRange slots, long after) throws SQLException {
        ReadSql spoken = read.forServer(connection.unwrap(PGConnection.class).getParameterStatus("server_encoding"));
        try (PreparedStatement statement = connection.prepareStatement(spoken.released(sql.parked(), PAGE))) {
            statement.unwrap(PGStatement.class).setPrepareThreshold(-1); // binary values, as FetchedRow takes them
            statement.setInt(1, slots.low());
            statement.setInt(2, slots.high());
            statement.setLong(3, after);
            try (ResultSet rows = statement.executeQuery()) {
                List<OutboxRow> page = new ArrayList<>();
                StoredRow.Columns columns = new FetchedRow(rows);
                while (rows.next()) {
                    page.add(StoredRow.of(columns, read.maxBytes()));
                }
                return page;
            }
        }
    }
}
