package io.outboxrelay.store.postgres.model;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.postgres.RingStore;
import io.outboxrelay.testkit.TestSettings;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.stream.Materializer;

/** A relay node: a store of its own and the streams of the shards it believes to own. Confined to one thread. */
final class ModelNode {
    private static final int MAX_IN_FLIGHT = 800;

    final RingStore store;
    private final ActorSystem<?> system;
    private final String outbox;
    private final List<ShardStream> streams = new ArrayList<>();
    private boolean dead;

    /** A shard on its way through this node. */
    record Lease(ModelNode node, Claim claim, ShardStream stream) {}

    ModelNode(ActorSystem<?> system, OutboxSettings settings) {
        this.system = system;
        this.outbox = settings.name();
        this.store = RingStore.open(system, settings);
    }

    CompletionStage<Claim> claim(int shard) {
        return store.claim(new ShardId(outbox, shard)).toCompletableFuture().orTimeout(40, TimeUnit.SECONDS);
    }

    Lease start(Claim claim, Function<Claim, Publisher> publishers) {
        ShardStream stream = ShardStream.start(
                store,
                publishers.apply(claim),
                Gate.to(TestSettings.PUBLISHER),
                claim,
                MAX_IN_FLIGHT,
                RelayObserver.NONE,
                Materializer.matFromSystem(system));
        streams.add(stream);
        return new Lease(this, claim, stream);
    }

    void ended(ShardStream stream) {
        streams.remove(stream);
    }

    /** Lets what is under way reach the log and the position, then gives the shard up. */
    CompletionStage<Done> handOver(Lease lease) {
        lease.stream().drain();
        return lease.stream()
                .completion()
                .thenCompose(done -> store.release(lease.claim()))
                .toCompletableFuture()
                .orTimeout(40, TimeUnit.SECONDS);
    }

    boolean isDead() {
        return dead;
    }

    /** Gone without a word: nothing is drained, settled or released. */
    void die() {
        dead = true;
        store.close();
        List.copyOf(streams).forEach(stream -> stream.abort(new IllegalStateException("the node died")));
    }

    /** How many shards there are then. */
    CompletionStage<Integer> reshard(int count) {
        return store.reshard(count)
                .toCompletableFuture()
                .orTimeout(40, TimeUnit.SECONDS)
                .thenApply(done -> count);
    }

    CompletionStage<Integer> shards() {
        return store.shards(1).toCompletableFuture().orTimeout(40, TimeUnit.SECONDS);
    }

    CompletionStage<Integer> purge() {
        return store.purge()
                .toCompletableFuture()
                .orTimeout(40, TimeUnit.SECONDS)
                .thenApply(PurgeReport::emptied);
    }

    CompletableFuture<Long> waiting(Claim claim) {
        return store.backlog(claim)
                .thenApply(backlog -> backlog.rows())
                .toCompletableFuture()
                .orTimeout(40, TimeUnit.SECONDS);
    }
}
