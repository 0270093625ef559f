package io.outboxrelay.graph;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.store.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.ActorAttributes;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.RunnableGraph;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * One shard's rows on their way: read, publish, settle, back-pressured from the publisher to the SELECT. A row is
 * settled only after its acknowledgement; a crash between the two repeats it, which is the only place where
 * duplicates are born.
 */
public final class ShardStream {
    private static final String DISPATCHER = "relay-stream-dispatcher";

    private final UniqueKillSwitch inlet;
    private final CompletionStage<Done> completion;

    private ShardStream(UniqueKillSwitch inlet, CompletionStage<Done> completion) {
        this.inlet = inlet;
        this.completion = completion;
    }

    /**
     * Starts relaying; the stream stops with `materializer`.
     *
     * @param maxInFlight rows handed to the publisher and not yet settled before reading pauses
     */
    public static ShardStream start(
            OutboxStore store,
            Publisher publisher,
            Gate gate,
            Claim claim,
            int maxInFlight,
            RelayObserver observer,
            Materializer materializer) {
        Pair<UniqueKillSwitch, CompletionStage<Done>> running =
                graph(store, publisher, gate, claim, maxInFlight, observer).run(materializer);
        return new ShardStream(running.first(), running.second());
    }

    private static RunnableGraph<Pair<UniqueKillSwitch, CompletionStage<Done>>> graph(
            OutboxStore store, Publisher publisher, Gate gate, Claim claim, int maxInFlight, RelayObserver observer) {
        Window window = new Window(maxInFlight);
        return rows(store, gate, claim)
                .viaMat(KillSwitches.single(), Keep.right())
                .mapAsync(1, window::enter)
                .map(chunk -> {
                    observer.onRead(chunk);
                    return chunk;
                })
                .via(publisher.flow(gate))
                .map(delivery -> {
                    observer.onPublished(delivery);
                    return delivery;
                })
                .batch(maxInFlight, ShardStream::listOf, ShardStream::append)
                .mapAsync(1, deliveries -> settle(store, claim, deliveries).thenApply(done -> deliveries))
                .map(deliveries -> {
                    for (Delivery delivery : deliveries) {
                        delivery.settled().run();
                        observer.onSettled(delivery.chunk());
                        window.leave(delivery.chunk());
                    }
                    return Done.getInstance();
                })
                .toMat(Sink.ignore(), Keep.both())
                // a publisher on its own threads would otherwise hide sixteen more chunks behind each boundary
                .withAttributes(Attributes.inputBuffer(1, 1).and(ActorAttributes.dispatcher(DISPATCHER)));
    }

    /** What was put aside and may be tried again comes first, so that no aggregate's rows change places. */
    private static Source<Chunk, NotUsed> rows(OutboxStore store, Gate gate, Claim claim) {
        return Source.completionStageSource(store.parked(claim).thenApply(parked -> {
                    gate.open(claim, parked, refusals -> store.parkAhead(claim, refusals));
                    return parked.rows() == 0
                            ? store.read(claim)
                            : store.released(claim).concatLazy(store.read(claim));
                }))
                .mapMaterializedValue(started -> NotUsed.getInstance());
    }

    private static CompletionStage<Done> settle(OutboxStore store, Claim claim, List<Delivery> deliveries) {
        List<Chunk> chunks = deliveries.stream().map(Delivery::chunk).toList();
        List<Refusal> refusals = deliveries.stream()
                .flatMap(delivery -> delivery.refusals().stream())
                .toList();
        return refusals.isEmpty() ? store.settle(claim, chunks) : store.park(claim, chunks, refusals);
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

    private static List<Delivery> listOf(Delivery first) {
        List<Delivery> deliveries = new ArrayList<>();
        deliveries.add(first);
        return deliveries;
    }

    private static List<Delivery> append(List<Delivery> deliveries, Delivery next) {
        deliveries.add(next);
        return deliveries;
    }
}
