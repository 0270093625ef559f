package io.outboxrelay.store;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;

/** What one node does for an outbox on behalf of all of them. */
public interface OutboxAdmin {

    /**
     * Creates the shards of an outbox that has none yet, and returns how many there are.
     *
     * @param whenNew number of shards of a new outbox
     */
    CompletionStage<Integer> shards(int whenNew);

    /** How many shards there are now; 0 if none were created yet. Cheap enough to be asked every second. */
    CompletionStage<Integer> countShards();

    /**
     * Deals the outbox to another number of shards; every claim made before is fenced. Shards that still have rows in
     * flight may repeat them, so they are drained first. Nothing is lost or reordered in any case. Doing it twice
     * changes nothing.
     *
     * @param count 1 to {@link io.outboxrelay.model.Slots#COUNT}
     */
    CompletionStage<Done> reshard(int count);

    /** What a person may decide about a row that was put aside. */
    enum Decision {
        /** It is tried again, as is whatever waits for it, before everything that comes after it. */
        RELEASE,
        /** It is forgotten, and never published. */
        SKIP;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Decides about rows that were put aside; their shards act on it when they start over.
     *
     * @param events ids; those of no parked row, and of rows that need no decision, change nothing
     * @return the slot of each event it was done for
     */
    CompletionStage<Map<String, Integer>> decide(Decision decision, List<String> events);

    /**
     * Rows that were put aside, of all shards, in no order that means anything.
     *
     * @param after the place of the last one known, or empty to begin
     * @param limit 1 or more
     * @throws IllegalArgumentException if `after` is the place of no row
     */
    CompletionStage<List<ParkedRow>> parkedRows(String after, int limit);

    /** One of them; the first of those with this id. */
    CompletionStage<Optional<ParkedDetail>> parkedRow(String event);

    /**
     * Changes a row that was put aside and that a person has to decide on. It waits on as before: only {@link #decide}
     * ends that.
     */
    CompletionStage<ParkedEdit.Result> edit(String event, ParkedEdit edit);

    /** Whether the database takes writes: a standby and one that was set to read only do not. */
    CompletionStage<Boolean> isPrimary();

    /** Empties drained parts of the table, and moves writing on where little is written. */
    CompletionStage<PurgeReport> purge();
}
