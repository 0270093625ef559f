package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.OpenStore;
import io.outboxrelay.store.plain.PlainStore;
import io.outboxrelay.store.postgres.RingStore;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Flow;

/** All shards of an outbox, read and acknowledged as a node does it; only that nothing is sent anywhere. */
final class BenchRelay implements AutoCloseable {
    private final ActorSystem<Void> system;
    private final OpenStore store;
    private final List<ShardStream> streams = new ArrayList<>();

    private BenchRelay(ActorSystem<Void> system, OutboxSettings settings) {
        this.system = system;
        this.store = settings.acknowledge().mode() == AcknowledgeSettings.Mode.RING
                ? RingStore.open(system, settings)
                : PlainStore.open(settings);
    }

    static BenchRelay start(OutboxSettings settings, RelayObserver observer) {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "bench");
        BenchRelay relay = new BenchRelay(system, settings);
        int shards = join(relay.store.shards(settings.shards()));
        for (int n = 0; n < shards; n++) {
            Claim claim = join(relay.store.claim(new ShardId(settings.name(), n)));
            relay.streams.add(ShardStream.start(
                    relay.store,
                    new Nowhere(),
                    claim,
                    settings.chunksInFlight(),
                    observer,
                    Materializer.matFromSystem(system)));
        }
        return relay;
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
    private static final class Nowhere implements Publisher {
        @Override
        public Flow<Chunk, Chunk, NotUsed> flow() {
            return Flow.of(Chunk.class);
        }

        @Override
        public CompletionStage<Done> close() {
            return CompletableFuture.completedFuture(Done.getInstance());
        }
    }
}
