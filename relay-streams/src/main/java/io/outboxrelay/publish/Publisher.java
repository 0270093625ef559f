package io.outboxrelay.publish;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.Handover;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.jspecify.annotations.Nullable;

/** Where events go. One publisher serves all shards of one outbox on one node. */
public interface Publisher {

    /**
     * Sends those rows of each chunk in order that the gate lets through, and emits the chunk when all of them are
     * acknowledged. Chunks come out in the order they went in. Fails with a {@link io.outboxrelay.fault.RelayException};
     * then any prefix of the rows of each aggregate may have arrived, and no row beyond one that has not.
     */
    Flow<Chunk, Delivery, NotUsed> flow(Gate gate);

    /**
     * Agrees on what carries a shard's positions from now on, and shuts the former carrier out; before the shard's rows
     * are read.
     */
    default CompletionStage<Handover.Terms> takeOver(ShardId shard, long epoch, @Nullable String carrier) {
        return Handover.NONE.takeOver(shard, epoch, carrier);
    }

    /** Fails with a RelayException where what events go to does not answer; it may take some seconds to say so. */
    default CompletionStage<Done> reach() {
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    /** Gives up what was not sent and frees the connections. Safe to call twice. */
    CompletionStage<Done> close();
}
