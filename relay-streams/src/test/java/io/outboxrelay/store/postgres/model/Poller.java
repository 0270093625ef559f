package io.outboxrelay.store.postgres.model;

import io.outboxrelay.testkit.Verdict.Event;
import java.sql.SQLException;
import java.util.List;

/** A reader that a schedule can let read at chosen moments. */
interface Poller {

    /** Publishes what is there for it to read. */
    void poll() throws SQLException;

    /** Everything published so far, in the order of sending. */
    List<Event> published();
}
