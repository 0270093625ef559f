package io.outboxrelay.crash;

import io.outboxrelay.crash.Life.Point;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** A store whose node may end at any point: from then on nothing gets through to the database, and nothing is answered. */
record MortalStore(OutboxStore store, Life life, Windows windows, String node, Consumer<ShardId> claimed)
        implements OutboxStore {

    @Override
    public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
        return living(() -> store.claim(shard, handover)).thenCompose(claim -> {
            claimed.accept(shard);
            return life.at(Point.CLAIMED).thenApply(done -> claim);
        });
    }

    @Override
    public Source<Chunk, NotUsed> read(Claim claim) {
        return store.read(claim).mapAsync(1, chunk -> life.at(Point.READ).thenApply(done -> chunk));
    }

    @Override
    public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
        return settling(claim, chunks, () -> store.settle(claim, chunks));
    }

    @Override
    public CompletionStage<Done> park(Claim claim, List<Chunk> chunks, List<Refusal> refusals) {
        return settling(claim, chunks, () -> store.park(claim, chunks, refusals));
    }

    private CompletionStage<Done> settling(Claim claim, List<Chunk> chunks, Supplier<CompletionStage<Done>> write) {
        return life.at(Point.SETTLING).thenCompose(done -> write.get()).thenCompose(done -> {
            windows.settled(node, claim, chunks);
            return life.at(Point.SETTLED);
        });
    }

    @Override
    public CompletionStage<Done> parkAhead(Claim claim, List<Refusal> refusals) {
        return living(() -> store.parkAhead(claim, refusals));
    }

    @Override
    public CompletionStage<Done> conclude(Claim claim) {
        return living(() -> store.conclude(claim));
    }

    @Override
    public CompletionStage<Optional<String>> successor(Claim claim) {
        return living(() -> store.successor(claim));
    }

    @Override
    public CompletionStage<Parked> parked(Claim claim) {
        return living(() -> store.parked(claim));
    }

    @Override
    public Source<Chunk, NotUsed> released(Claim claim) {
        return store.released(claim);
    }

    @Override
    public CompletionStage<Backlog> backlog(Claim claim) {
        return living(() -> store.backlog(claim));
    }

    @Override
    public CompletionStage<Done> release(Claim claim) {
        return living(() -> store.release(claim));
    }

    private <T> CompletionStage<T> living(Supplier<CompletionStage<T>> call) {
        return life.isDead() ? new CompletableFuture<>() : call.get();
    }
}
