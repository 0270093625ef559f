package io.outboxrelay.simulation;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.Handover;
import io.outboxrelay.store.OutboxStore;
import io.outboxrelay.store.Parked;
import io.outboxrelay.store.Refusal;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Source;

/** The store as one node reaches it; tells the judge what the database has accepted. */
final class NodeStore implements OutboxStore {
    private final World world;
    private final SimulatedNode node;
    private final DatabaseLink link;

    NodeStore(World world, SimulatedNode node) {
        this.world = world;
        this.node = node;
        this.link = new DatabaseLink(world, node);
    }

    private OutboxStore store() {
        return world.database().store();
    }

    @Override
    public CompletionStage<Claim> claim(ShardId shard, Handover handover) {
        return link.call(
                "claim " + shard,
                () -> store().claim(shard, handover).thenApply(claim -> {
                    world.judge().claimed(node, claim);
                    return claim;
                }));
    }

    @Override
    public Source<Chunk, NotUsed> read(Claim claim) {
        return store().read(claim)
                .mapAsync(
                        1,
                        chunk -> link.call(
                                "read " + chunk.rows().size() + " rows under " + name(claim),
                                () -> CompletableFuture.completedFuture(chunk)));
    }

    @Override
    public CompletionStage<Done> settle(Claim claim, List<Chunk> chunks) {
        return link.call("settle " + name(claim), () -> {
            long epoch = world.judge().epochNow(claim);
            return store().settle(claim, chunks).thenApply(done -> {
                world.judge().settled(claim, epoch, chunks);
                return done;
            });
        });
    }

    @Override
    public CompletionStage<Done> park(Claim claim, List<Chunk> chunks, List<Refusal> refusals) {
        throw new UnsupportedOperationException("no simulated row is refused");
    }

    @Override
    public CompletionStage<Done> conclude(Claim claim) {
        return link.call(
                "conclude " + name(claim),
                () -> store().conclude(claim).thenApply(done -> {
                    world.judge().concluded(claim);
                    return done;
                }));
    }

    @Override
    public CompletionStage<Parked> parked(Claim claim) {
        return link.call("parked " + name(claim), () -> store().parked(claim));
    }

    @Override
    public Source<Chunk, NotUsed> released(Claim claim) {
        return store().released(claim);
    }

    @Override
    public CompletionStage<Backlog> backlog(Claim claim) {
        return link.call("backlog " + name(claim), () -> store().backlog(claim));
    }

    @Override
    public CompletionStage<Done> release(Claim claim) {
        return link.call("release " + name(claim), () -> store().release(claim));
    }

    private static String name(Claim claim) {
        return claim.shard() + " epoch " + claim.epoch();
    }
}
