package io.outboxrelay.graph;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.publish.Replay;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.SentPlace;
import io.outboxrelay.store.SentQuery;
import io.outboxrelay.store.SentRows;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.KillSwitches;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.UniqueKillSwitch;
import org.apache.pekko.stream.javadsl.Flow;
import org.apache.pekko.stream.javadsl.Keep;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;

/**
 * Events that were sent once on their way again: read and publish, back-pressured from the publisher to the SELECT. Nothing
 * is acknowledged anywhere and no position moves, so that the shards' own streams never notice.
 */
public final class ReplayStream {
    private final UniqueKillSwitch inlet;
    private final CompletionStage<Done> completion;

    private ReplayStream(UniqueKillSwitch inlet, CompletionStage<Done> completion) {
        this.inlet = inlet;
        this.completion = completion;
    }

    /**
     * What Kafka acknowledged since the last one.
     *
     * @param place up to which that is
     * @param ids of events that were published
     * @param left events that can never be published as they are, each with the reason
     */
    public record Step(SentPlace place, List<String> ids, List<Refusal> left) {}

    /**
     * What there is to do.
     *
     * @param perSecond events at most; 0: as fast as Kafka takes them
     * @param settings of the outbox's own publisher
     */
    public record Plan(String outbox, SentQuery query, SentPlace from, int perSecond, PublisherSettings settings) {}

    /** Starts; the stream stops with `materializer`. `steps` is told from the stream's own thread, in order. */
    public static ReplayStream start(
            SentRows rows, Publisher publisher, Plan plan, Consumer<Step> steps, Materializer materializer) {
        Pair<UniqueKillSwitch, CompletionStage<Done>> running = rows(rows, plan)
                .viaMat(KillSwitches.single(), Keep.right())
                .via(paced(plan.perSecond()))
                .via(publisher.flow(gate(plan)))
                .map(ReplayStream::step)
                .map(step -> {
                    steps.accept(step);
                    return Done.getInstance();
                })
                .toMat(Sink.ignore(), Keep.both())
                .withAttributes(Attributes.inputBuffer(1, 1))
                .run(materializer);
        return new ReplayStream(running.first(), running.second());
    }

    private static Source<Chunk, NotUsed> rows(SentRows rows, Plan plan) {
        return Source.unfoldAsync(
                        plan.from(),
                        place -> place.isEnd()
                                ? CompletableFuture.completedFuture(Optional.empty())
                                : rows.sent(plan.query(), place)
                                        .thenApply(chunk -> Optional.of(Pair.create(
                                                (SentPlace) chunk.end(), slices(chunk, place, plan.perSecond())))))
                .mapConcat(slices -> slices);
    }

    /** A tenth of a second's worth each, where there is a limit; only after the last of them the place is another one. */
    private static List<Chunk> slices(Chunk chunk, SentPlace before, int perSecond) {
        int most = perSecond == 0 ? Integer.MAX_VALUE : Math.max(1, perSecond / 10);
        if (chunk.rows().size() <= most) {
            return List.of(chunk);
        }
        List<Chunk> slices = new ArrayList<>();
        int size = chunk.rows().size();
        for (int from = 0; from < size; from += most) {
            int to = Math.min(size, from + most);
            slices.add(new Chunk(chunk.shard(), chunk.rows().subList(from, to), to == size ? chunk.end() : before));
        }
        return slices;
    }

    private static Flow<Chunk, Chunk, NotUsed> paced(int perSecond) {
        Flow<Chunk, Chunk, NotUsed> all = Flow.of(Chunk.class);
        return perSecond == 0
                ? all
                : all.throttle(
                        perSecond, Duration.ofSeconds(1), chunk -> chunk.rows().size());
    }

    /** Under no shard's claim: what is read so may be acknowledged by nobody. */
    private static Gate gate(Plan plan) {
        Gate gate = Replay.gate(plan.settings());
        ShardId any = new ShardId(plan.outbox(), 0);
        gate.open(
                new Claim(any, 0, new SlotRange(0, Slots.COUNT - 1), plan.from()),
                Parked.NONE,
                refusals -> CompletableFuture.failedFuture(
                        new UnsupportedOperationException("a replay puts nothing aside")));
        return gate;
    }

    /** An event that only waits for its topic would be left out, and later ones of its aggregate would not. */
    private static Step step(Delivery delivery) {
        for (Refusal refusal : delivery.refusals()) {
            if (refusal.kind() == Refusal.Kind.HELD || refusal.kind() == Refusal.Kind.WAITS) {
                throw new RelayException(Fault.MISCONFIGURED, refusal.reason());
            }
        }
        List<String> left =
                delivery.refusals().stream().map(refusal -> refusal.row().id()).toList();
        List<String> ids = delivery.chunk().rows().stream()
                .map(row -> row.id())
                .filter(id -> !left.contains(id))
                .toList();
        return new Step((SentPlace) delivery.chunk().end(), ids, delivery.refusals());
    }

    /** Reads no more; what was read is still published, then {@link #completion} completes. */
    public void drain() {
        inlet.shutdown();
    }

    /** Completes at the end, or when drained; otherwise fails with what stopped it. */
    public CompletionStage<Done> completion() {
        return completion;
    }
}
