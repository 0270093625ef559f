package io.outboxrelay.store;

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

    /**
     * Deals the outbox to another number of shards; every claim made before is fenced. Shards that still have rows in
     * flight may repeat them, so they are drained first. Nothing is lost or reordered in any case. Doing it twice
     * changes nothing.
     *
     * @param count 1 to {@link io.outboxrelay.model.Slots#COUNT}
     */
    CompletionStage<Done> reshard(int count);

    /** Empties drained parts of the table, and moves writing on where little is written. */
    CompletionStage<PurgeReport> purge();
}
