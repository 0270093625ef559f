package io.outboxrelay.store;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Events that were sent and are still in the database. Reading them moves no position and writes nothing. Stages fail with
 * a {@link RelayException}.
 */
public interface SentRows {

    /** What is there now. */
    CompletionStage<Retained> retained();

    /**
     * The next of them, in the order in which each aggregate's events were sent; the chunk's end is the {@link SentPlace}
     * to go on from. May be empty without being the end. Only rows that are acknowledged and were not put aside, so that
     * none of them is on its way for the first time. Fails with MISCONFIGURED where rows that were there at the beginning
     * were removed before they could be read.
     */
    CompletionStage<Chunk> sent(SentQuery query, SentPlace after);

    /** Of an outbox that keeps nothing: every stage fails with MISCONFIGURED and that reason. */
    static SentRows none(String reason) {
        return new SentRows() {
            @Override
            public CompletionStage<Retained> retained() {
                return CompletableFuture.failedFuture(new RelayException(Fault.MISCONFIGURED, reason));
            }

            @Override
            public CompletionStage<Chunk> sent(SentQuery query, SentPlace after) {
                return CompletableFuture.failedFuture(new RelayException(Fault.MISCONFIGURED, reason));
            }
        };
    }
}
