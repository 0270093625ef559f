package io.outboxrelay.publish;

import io.outboxrelay.model.Chunk;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;

/** Where events go. One publisher serves all shards of one outbox on one node. */
public interface Publisher {

    /**
     * Sends the rows of each chunk in order and emits the chunk when all of them are acknowledged. Chunks come out in
     * the order they went in. Fails with a {@link io.outboxrelay.fault.RelayException}; then any suffix of the rows
     * sent may have arrived.
     */
    Flow<Chunk, Chunk, NotUsed> flow();

    /** Gives up what was not sent and frees the connections. Safe to call twice. */
    CompletionStage<Done> close();
}
