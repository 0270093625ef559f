package io.outboxrelay.graph;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.store.OutboxStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.RunnableGraph;
import org.apache.pekko.stream.javadsl.Sink;

/**
 * One shard's rows on their way: read, publish, settle, back-pressured from the publisher to the SELECT. A row is
 * settled only after its acknowledgement; a crash between the two repeats it, which is the only place where
 * duplicates are born.
 */
public final class ShardStream {
    private final UniqueKillSwitch inlet;
    private final CompletionStage<Done> completion;

    private ShardStream(UniqueKillSwitch inlet, CompletionStage<Done> completion) {
        this.inlet = inlet;
        this.completion = completion;
    }

    /**
     * Starts relaying; the stream stops with `materializer`.
     *
     * @param maxUnsettledChunks chunks that may wait to be settled before publishing pauses
     */
    public static ShardStream start(
            OutboxStore store,
            Publisher publisher,
            Claim claim,
            int maxUnsettledChunks,
            RelayObserver observer,
            Materializer materializer) {
        Pair<UniqueKillSwitch, CompletionStage<Done>> running =
                graph(store, publisher, claim, maxUnsettledChunks, observer).run(materializer);
        return new ShardStream(running.first(), running.second());
    }

    private static RunnableGraph<Pair<UniqueKillSwitch, CompletionStage<Done>>> graph(
            OutboxStore store, Publisher publisher, Claim claim, int maxUnsettledChunks, RelayObserver observer) {
        return store.read(claim)
                .viaMat(KillSwitches.single(), Keep.right())
                .map(chunk -> {
                    observer.onRead(chunk);
                    return chunk;
                })
                .via(publisher.flow())
                .map(chunk -> {
                    observer.onPublished(chunk);
                    return chunk;
                })
                .batch(maxUnsettledChunks, ShardStream::listOf, ShardStream::append)
                .mapAsync(1, chunks -> store.settle(claim, chunks).thenApply(done -> chunks))
                .map(chunks -> {
                    chunks.forEach(observer::onSettled);
                    return Done.getInstance();
                })
                .toMat(Sink.ignore(), Keep.both())
                // a publisher on its own threads would otherwise hide sixteen more chunks behind each boundary
                .withAttributes(Attributes.inputBuffer(1, 1));
    }

    /** Stops reading; what was read is still published and settled, then {@link #completion} completes. */
    public void drain() {
        inlet.shutdown();
    }

    /** Stops at once; what was published and not settled will be repeated by the next owner. */
    public void abort(RuntimeException reason) {
        inlet.abort(reason);
    }

    /** Completes when drained; otherwise fails with what stopped the stream. */
    public CompletionStage<Done> completion() {
        return completion;
    }

    private static List<Chunk> listOf(Chunk first) {
        List<Chunk> chunks = new ArrayList<>();
        chunks.add(first);
        return chunks;
    }

    private static List<Chunk> append(List<Chunk> chunks, Chunk next) {
        chunks.add(next);
        return chunks;
    }
}
