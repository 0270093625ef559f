package io.outboxrelay.simulation;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/** The database of a schedule: the outbox and the control journal, and whether it can be reached. */
final class SimulatedDatabase {
    private static final int CHUNK_ROWS = 3;

    private final InMemoryOutboxStore table =
            new InMemoryOutboxStore(Simulation.OUTBOX, CHUNK_ROWS, Clock.fixed(Instant.EPOCH, ZoneOffset.UTC));
    private final OutboxStore store;
    private final List<ControlJournal.Event> journal = new ArrayList<>();
    private final Timeline timeline;
    private long downUntilMillis;

    SimulatedDatabase(Timeline timeline, Design design) {
        this.timeline = timeline;
        this.store = design.store().apply(table, timeline);
    }

    InMemoryOutboxStore table() {
        return table;
    }

    /** As nodes use it. */
    OutboxStore store() {
        return store;
    }

    List<ControlJournal.Event> journal() {
        return List.copyOf(journal);
    }

    /** False if somebody else has written since `known` events were read. */
    boolean append(int known, ControlJournal.Event event) {
        return journal.size() == known && journal.add(event);
    }

    void breakDown(long millis) {
        downUntilMillis = Math.max(downUntilMillis, timeline.nowMillis() + millis);
    }

    void repair() {
        downUntilMillis = 0;
    }

    boolean isDown() {
        return timeline.nowMillis() < downUntilMillis;
    }
}
