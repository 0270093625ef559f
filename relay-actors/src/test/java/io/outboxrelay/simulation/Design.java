package io.outboxrelay.simulation;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.store.OutboxStore;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * What is simulated around the actors: as it should be, or with a mistake that has to be noticed.
 *
 * @param store around the database, for every node
 * @param honest whether the publisher sends what it acknowledges
 * @param replay of the journal's events, by each coordinator that starts
 */
record Design(
        BiFunction<OutboxStore, Timeline, OutboxStore> store,
        boolean honest,
        UnaryOperator<List<ControlJournal.Event>> replay) {

    static final Design RIGHT = new Design((store, timeline) -> store, true, events -> events);

    Design withStore(BiFunction<OutboxStore, Timeline, OutboxStore> wrong) {
        return new Design(wrong, honest, replay);
    }

    Design lying() {
        return new Design(store, false, replay);
    }

    Design withReplay(UnaryOperator<List<ControlJournal.Event>> wrong) {
        return new Design(store, honest, wrong);
    }
}
