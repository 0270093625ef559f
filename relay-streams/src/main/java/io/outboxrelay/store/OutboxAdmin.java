package io.outboxrelay.store;

import java.util.concurrent.CompletionStage;

/** What one node does for an outbox on behalf of all of them. */
public interface OutboxAdmin {

    /**
     * Creates the shards of an outbox that has none yet, and returns how many there are.
     *
     * @param whenNew number of shards of a new outbox
     */
    CompletionStage<Integer> shards(int whenNew);

    /** Empties drained parts of the table, and moves writing on where little is written. */
    CompletionStage<PurgeReport> purge();
}
