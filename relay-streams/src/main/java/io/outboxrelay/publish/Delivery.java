package io.outboxrelay.publish;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.store.Refusal;
import java.util.List;

/**
 * A chunk whose rows were acknowledged, except for those that were refused.
 *
 * @param refusals that have to be put aside when the chunk is settled
 * @param parkedAhead how many rows were put aside already
 * @param settled to be called once the chunk is settled
 */
public record Delivery(Chunk chunk, List<Refusal> refusals, int parkedAhead, Runnable settled) {

    /** One whose publisher need not know when it is settled. */
    public Delivery(Chunk chunk, List<Refusal> refusals) {
        this(chunk, refusals, 0, () -> {});
    }

    /** Rows that were not published. */
    public int refusedRows() {
        return refusals.size() + parkedAhead;
    }
}
