package io.outboxrelay.crash;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.KafkaPublisher;
import io.outboxrelay.publish.LanePublisher;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardSetup;
import io.outboxrelay.store.OpenStore;
import io.outboxrelay.store.postgres.RingStore;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** A relay node as far as rows are concerned: its own store, publisher and shard actors. It ends as its {@link Life} says. */
final class MortalNode {

    private sealed interface Command {}

    private record Own(ShardId shard) implements Command {}

    private enum Order implements Command {
        DRAIN,
        END
    }

    final String name;
    final Life life;
    private final OutboxSettings settings;
    private final OpenStore store;
    private final Publisher publisher;
    private final Windows windows;
    private final ActorRef<Command> actors;
    private final Map<ShardId, ActorRef<ShardActor.Command>> shards = new HashMap<>();
    private final Map<ShardId, CompletableFuture<Done>> claims = new ConcurrentHashMap<>();
    private final CompletableFuture<Done> abandoned = new CompletableFuture<>();

    private MortalNode(ActorSystem<?> system, String name, OutboxSettings settings, Life life, Windows windows) {
        this.name = name;
        this.life = life;
        this.settings = settings;
        this.windows = windows;
        this.store = RingStore.open(system, settings);
        this.publisher = switch (settings.publisher().delivery()) {
            case AT_LEAST_ONCE -> KafkaPublisher.open(system, settings);
            case EXACTLY_ONCE -> LanePublisher.open(system, settings);
        };
        this.actors = system.systemActorOf(running(), name, Props.empty());
    }

    static MortalNode open(ActorSystem<?> system, String name, OutboxSettings settings, Life life, Windows windows) {
        return new MortalNode(system, name, settings, life, windows);
    }

    private Behavior<Command> running() {
        return Behaviors.setup(context -> Behaviors.receive(Command.class)
                .onMessage(Own.class, own -> {
                    ActorRef<ShardActor.Command> actor = context.spawnAnonymous(ShardActor.create(setup(own.shard())));
                    shards.put(own.shard(), actor);
                    context.watch(actor);
                    actor.tell(new ShardActor.Keep(false, "", 0L));
                    return Behaviors.same();
                })
                .onMessageEquals(Order.DRAIN, () -> {
                    shards.values().forEach(actor -> actor.tell(ShardActor.Order.DRAIN));
                    return shards.isEmpty() ? nothingLeft() : Behaviors.same();
                })
                .onMessageEquals(Order.END, Behaviors::stopped)
                .onSignal(Terminated.class, ended -> {
                    shards.values().removeIf(ended.getRef()::equals);
                    return shards.isEmpty() ? nothingLeft() : Behaviors.same();
                })
                .build());
    }

    private Behavior<Command> nothingLeft() {
        abandoned.complete(Done.getInstance());
        return Behaviors.same();
    }

    private ShardSetup setup(ShardId shard) {
        return new ShardSetup(
                shard,
                settings,
                new MortalStore(
                        store,
                        life,
                        windows,
                        name,
                        claimed -> claims.get(claimed).complete(Done.getInstance())),
                new MortalPublisher(publisher, life, windows, name),
                name,
                node -> true,
                drained -> {},
                System::nanoTime,
                Clock.systemUTC());
    }

    OpenStore store() {
        return store;
    }

    /** It has these shards from now on until it ends. */
    void own(Set<ShardId> inherited) {
        inherited.forEach(shard -> claims.put(shard, new CompletableFuture<>()));
        inherited.forEach(shard -> actors.tell(new Own(shard)));
    }

    Set<ShardId> owned() {
        return Set.copyOf(claims.keySet());
    }

    /** Completes when the database knows it as the owner of all its shards. */
    CompletionStage<Void> claimed() {
        return CompletableFuture.allOf(claims.values().toArray(CompletableFuture[]::new));
    }

    /** Asks all shards to finish what is in flight. */
    void drain() {
        actors.tell(Order.DRAIN);
    }

    /** Completes when none of its shards is left: drained, or fenced. */
    CompletionStage<Done> abandoned() {
        return abandoned;
    }

    /** Connections to Kafka and the database are cut. */
    CompletionStage<Done> end() {
        actors.tell(Order.END);
        return publisher.close().thenApply(done -> {
            store.close();
            return done;
        });
    }
}
