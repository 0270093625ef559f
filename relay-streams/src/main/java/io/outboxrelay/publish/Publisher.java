package io.outboxrelay.publish;

import io.outboxrelay.model.Chunk;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;

/** Where events go. One publisher serves all shards of one outbox on one node. */
public interface Publisher {

    /**
     * Sends those rows of each chunk in order that the gate lets through, and emits the chunk when all of them are
     * acknowledged. Chunks come out in the order they went in. Fails with a {@link io.outboxrelay.fault.RelayException};
     * then any prefix of the rows of each aggregate may have arrived, and no row beyond one that has not.
     */
    Flow<Chunk, Delivery, NotUsed> flow(Gate gate);

    /** Gives up what was not sent and frees the connections. Safe to call twice. */
    CompletionStage<Done> close();
}
