package io.outboxrelay.store.postgres.model;

import io.outboxrelay.testkit.Verdict.Event;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

/**
 * A reader of a design that was measured wrong. It polls, publishes what it finds, and moves its cursor on; it never
 * crashes, and yet it loses or reorders. It is here to show that the checker notices.
 */
final class WrongReader implements Poller {
    private final ModelDatabase database;
    private final Design design;
    private final List<Event> published = new ArrayList<>();
    private long txid;
    private long seq;

    /** What to read after the cursor, given as txid and seq. */
    enum Design {
        /** Everything above the highest number seen. */
        HIGH_WATER("seq > ?2 order by seq"),
        /** Below the oldest transaction in progress, in the order of transactions. */
        TXID_ORDER_BELOW_HORIZON("(txid, seq) > (?1::text::xid8, ?2)"
                + " and txid < pg_snapshot_xmin(pg_current_snapshot()) order by txid, seq"),
        /** The same in the order of numbers; a row is deleted once it is published, so none is skipped. */
        SEQ_ORDER_BELOW_HORIZON("txid < pg_snapshot_xmin(pg_current_snapshot()) order by seq"),
        /** Whatever is visible in the order of numbers, deleted once it is published. */
        SEQ_ORDER("true order by seq");

        private final String rest;

        Design(String rest) {
            this.rest = rest;
        }
    }

    WrongReader(ModelDatabase database, Design design) {
        this.database = database;
        this.design = design;
    }

    @Override
    public void poll() throws SQLException {
        String condition = design.rest.replace("?1", "'" + txid + "'").replace("?2", Long.toString(seq));
        List<Long> done = new ArrayList<>();
        try (Connection connection = database.connectAsSuperuser();
                PreparedStatement read = connection.prepareStatement(
                        "select txid::text::bigint, seq, aggregateid, payload from outbox where " + condition);
                ResultSet row = read.executeQuery()) {
            while (row.next()) {
                txid = row.getLong(1);
                seq = row.getLong(2);
                done.add(seq);
                published.add(new Event(row.getString(3), new String(row.getBytes(4), StandardCharsets.UTF_8)));
            }
        }
        delete(done);
    }

    /** For those without a cursor; the others do not mind. */
    private void delete(List<Long> done) throws SQLException {
        if (!done.isEmpty()) {
            String numbers = String.join(",", done.stream().map(String::valueOf).toList());
            database.execute("delete from outbox where seq in (" + numbers + ")");
        }
    }

    @Override
    public List<Event> published() {
        return List.copyOf(published);
    }
}
