package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.OpenStore;
import io.outboxrelay.store.Owner;
import io.outboxrelay.store.plain.PlainStore;
import io.outboxrelay.store.postgres.RingStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;

/** All shards of an outbox, read and acknowledged as a node does it; only that nothing is sent anywhere. */
final class BenchRelay implements AutoCloseable {
    private final ActorSystem<Void> system;
    private final OutboxSettings settings;
    private final OpenStore store;
    private final int shards;
    private final List<ShardStream> streams = new ArrayList<>();

    private BenchRelay(ActorSystem<Void> system, OutboxSettings settings) {
        this.system = system;
        this.settings = settings;
        this.store = settings.acknowledge().mode() == AcknowledgeSettings.Mode.RING
                ? RingStore.open(system, settings)
                : PlainStore.open(settings, Owner.of(system));
        this.shards = join(store.shards(settings.shards()));
    }

    /** One that reads nothing yet. */
    static BenchRelay open(OutboxSettings settings) {
        return new BenchRelay(ActorSystem.create(Behaviors.empty(), "bench"), settings);
    }

    static BenchRelay start(OutboxSettings settings, RelayObserver observer) {
        BenchRelay relay = open(settings);
        relay.relay(new Nowhere(), observer);
        return relay;
    }

    void relay(Publisher publisher, RelayObserver observer) {
        List<CompletionStage<Claim>> claims = IntStream.range(0, shards)
                .mapToObj(n -> store.claim(new ShardId(settings.name(), n)))
                .toList();
        for (CompletionStage<Claim> claimed : claims) {
            Claim claim = join(claimed);
            streams.add(ShardStream.start(
                    store,
                    publisher,
                    Gate.to(settings.publisher()),
                    claim,
                    settings.publisher().maxInFlight(),
                    observer,
                    Materializer.matFromSystem(system)));
        }
    }

    /** Returns once so many rows are settled. */
    void drain(int rows) throws InterruptedException {
        AtomicLong left = new AtomicLong(rows);
        CountDownLatch done = new CountDownLatch(1);
        relay(new Nowhere(), new RelayObserver() {
            @Override
            public void onSettled(Chunk chunk) {
                int settled = chunk.rows().size();
                if (left.getAndAdd(-settled) <= settled) {
                    done.countDown();
                }
            }
        });
        done.await();
    }

    private static <T> T join(CompletionStage<T> stage) {
        return stage.toCompletableFuture().join();
    }

    @Override
    public void close() {
        streams.forEach(ShardStream::drain);
        streams.forEach(stream -> join(stream.completion()));
        store.close();
        system.terminate();
        join(system.getWhenTerminated());
    }

    /** Acknowledges everything at once. */
    static final class Nowhere implements Publisher {
        @Override
        public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
            return Flow.of(Chunk.class).map(chunk -> new Delivery(chunk, List.of()));
        }

        @Override
        public CompletionStage<Done> close() {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }
}
