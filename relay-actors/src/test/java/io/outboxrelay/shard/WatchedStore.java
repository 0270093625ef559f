package io.outboxrelay.shard;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.testkit.ForwardingStore;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;

/** Writes down in which order a store was called, and lets claims, releases and backlogs hang. */
final class WatchedStore extends ForwardingStore {
    private static final CompletableFuture<Done> OPEN = CompletableFuture.completedFuture(Done.getInstance());

    private final List<String> calls = new CopyOnWriteArrayList<>();
    private final AtomicReference<CompletableFuture<Done>> claims = new AtomicReference<>(OPEN);
    private final AtomicReference<CompletableFuture<Done>> releases = new AtomicReference<>(OPEN);
    private final AtomicReference<CompletableFuture<Done>> backlogs = new AtomicReference<>(OPEN);

    private final AtomicReference<Optional<String>> successor = new AtomicReference<>(Optional.empty());
    private final AtomicBoolean releasing = new AtomicBoolean();

    WatchedStore(OutboxStore store) {
        super(store);
    }

    /** In the order in which they ended. */
    List<String> calls() {
        return calls;
    }

    /** Whether a release was asked for, done or not. */
    boolean isReleasing() {
        return releasing.get();
    }

    /** The database says from now on that this node has taken every shard. */
    void takenBy(String node) {
        successor.set(Optional.of(node));
    }

    CompletableFuture<Done> holdClaims() {
        return hold(claims);
    }

    CompletableFuture<Done> holdReleases() {
        return hold(releases);
    }

    CompletableFuture<Done> holdBacklogs() {
        return hold(backlogs);
    }

    private static CompletableFuture<Done> hold(AtomicReference<CompletableFuture<Done>> gate) {
        gate.set(new CompletableFuture<>());
        return gate.get();
    }

    @Override
    public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
        return claims.get().thenCompose(open -> super.claim(shard, handover)).thenApply(claim -> noted("claim", claim));
    }

    @Override
    public CompletionStage<Optional<String>> successor(Claim claim) {
        return CompletableFuture.completedFuture(successor.get());
    }

    @Override
    public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
        return super.settle(claim, chunks).thenApply(done -> noted("settle", done));
    }

    @Override
    public CompletionStage<Backlog> backlog(Claim claim) {
        return backlogs.get().thenCompose(open -> super.backlog(claim));
    }

    @Override
    public CompletionStage<Done> release(Claim claim) {
        releasing.set(true);
        return releases.get().thenCompose(open -> super.release(claim)).thenApply(done -> noted("release", done));
    }

    @Override
    public CompletionStage<Done> conclude(Claim claim) {
        return super.conclude(claim).thenApply(done -> noted("conclude", done));
    }

    private <T> T noted(String call, T result) {
        calls.add(call);
        return result;
    }
}
