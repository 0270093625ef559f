package io.outboxrelay.simulation;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.coordinator.CoordinatorSetup;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardSetup;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.ChildFailed;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.actor.typed.Terminated;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * What cluster sharding and the singleton manager are on a real node: starts a shard's actor with the first message to it,
 * tells when it is gone, and holds the coordinator where that is to be here. It ends with its node.
 */
final class NodeHost {
    private static final Duration RESTART_MIN = Duration.ofMillis(200);
    private static final Duration RESTART_MAX = Duration.ofSeconds(10);

    /** Begins a node on a machine. */
    record Start(Behavior<Command> host, Consumer<ActorRef<Command>> started) {}

    /** What the host understands. */
    sealed interface Command {}

    /** For the shard's actor, which is started if need be. */
    record Tell(ShardId shard, ShardActor.Command message) implements Command {}

    /** Likewise; the answer is given to `answered`, on this node. */
    record Ask<T>(
            ShardId shard, Class<T> answer, Function<ActorRef<T>, ShardActor.Command> question, Consumer<T> answered)
            implements Command {}

    /** The shard is to leave. */
    record Drain(ShardId shard) implements Command {}

    record StartCoordinator(CoordinatorSetup setup) implements Command {}

    record TellCoordinator(CoordinatorActor.Command message) implements Command {}

    /** The answer is given to `answered`, on this node. */
    record AskCoordinator<T>(Function<ActorRef<T>, CoordinatorActor.Command> question, Consumer<T> answered)
            implements Command {}

    /** Orders without any detail. */
    enum Order implements Command {
        STOP_COORDINATOR,
        END
    }

    /** Who hears of what ended here. */
    interface Ends {
        void shardGone(ShardId shard);

        void coordinatorGone();

        /** What was asked has to be answered after a while, if the node lives that long. */
        void mustBecomeTrue(String what, BooleanSupplier done);

        void failed(String who, Throwable cause);
    }

    private final ActorContext<Command> context;
    private final Function<ShardId, ShardSetup> shards;
    private final Ends ends;
    private final Map<ShardId, ActorRef<ShardActor.Command>> running = new HashMap<>();
    private @Nullable ActorRef<CoordinatorActor.Command> coordinator;

    private NodeHost(ActorContext<Command> context, Function<ShardId, ShardSetup> shards, Ends ends) {
        this.context = context;
        this.shards = shards;
        this.ends = ends;
    }

    /** The guardian of a machine. */
    static Behavior<Start> starter() {
        return Behaviors.setup(context -> Behaviors.receiveMessage(start -> {
            start.started().accept(context.spawnAnonymous(start.host()));
            return Behaviors.same();
        }));
    }

    static Behavior<Command> create(Function<ShardId, ShardSetup> shards, Ends ends) {
        return Behaviors.setup(context -> new NodeHost(context, shards, ends).hosting());
    }

    private Behavior<Command> hosting() {
        return Behaviors.receive(Command.class)
                .onMessage(Tell.class, this::tell)
                .onMessage(Ask.class, this::asked)
                .onMessage(Drain.class, this::drain)
                .onMessage(StartCoordinator.class, this::startCoordinator)
                .onMessage(TellCoordinator.class, this::tellCoordinator)
                .onMessage(AskCoordinator.class, this::coordinatorAsked)
                .onMessageEquals(Order.STOP_COORDINATOR, this::stopCoordinator)
                .onMessageEquals(Order.END, Behaviors::stopped)
                .onSignal(Terminated.class, this::ended)
                .build();
    }

    private ActorRef<ShardActor.Command> shard(ShardId shard) {
        return running.computeIfAbsent(shard, id -> {
            ActorRef<ShardActor.Command> started = context.spawnAnonymous(ShardActor.create(shards.apply(id)));
            context.watch(started);
            return started;
        });
    }

    private Behavior<Command> tell(Tell message) {
        shard(message.shard()).tell(message.message());
        return Behaviors.same();
    }

    private Behavior<Command> asked(Ask<?> ask) {
        return ask(ask);
    }

    private Behavior<Command> coordinatorAsked(AskCoordinator<?> ask) {
        return askCoordinator(ask);
    }

    private <T> Behavior<Command> ask(Ask<T> ask) {
        ActorRef<ShardActor.Command> actor = shard(ask.shard());
        Hearing<T> hearing = new Hearing<>(ask.answered());
        actor.tell(ask.question().apply(context.spawnAnonymous(hearing.behavior())));
        ends.mustBecomeTrue(
                ask.shard() + " does not answer with " + ask.answer().getSimpleName(),
                () -> hearing.heard || !actor.equals(running.get(ask.shard())));
        return Behaviors.same();
    }

    /** Waits for one answer. */
    private static final class Hearing<T> {
        private final Consumer<T> answered;
        private boolean heard;

        Hearing(Consumer<T> answered) {
            this.answered = answered;
        }

        Behavior<T> behavior() {
            return Behaviors.receiveMessage(answer -> {
                heard = true;
                answered.accept(answer);
                return Behaviors.stopped();
            });
        }
    }

    private Behavior<Command> drain(Drain drain) {
        ActorRef<ShardActor.Command> actor = running.get(drain.shard());
        if (actor == null) {
            ends.shardGone(drain.shard());
        } else {
            actor.tell(ShardActor.Order.DRAIN);
        }
        return Behaviors.same();
    }

    private Behavior<Command> startCoordinator(StartCoordinator start) {
        coordinator = context.spawnAnonymous(Behaviors.supervise(CoordinatorActor.create(start.setup()))
                .onFailure(SupervisorStrategy.restartWithBackoff(RESTART_MIN, RESTART_MAX, 0)));
        context.watch(coordinator);
        return Behaviors.same();
    }

    private Behavior<Command> tellCoordinator(TellCoordinator message) {
        if (coordinator != null) {
            coordinator.tell(message.message());
        }
        return Behaviors.same();
    }

    private <T> Behavior<Command> askCoordinator(AskCoordinator<T> ask) {
        ActorRef<CoordinatorActor.Command> actor = coordinator;
        if (actor != null) {
            Hearing<T> hearing = new Hearing<>(ask.answered());
            actor.tell(ask.question().apply(context.spawnAnonymous(hearing.behavior())));
            ends.mustBecomeTrue("the coordinator does not answer", () -> hearing.heard || !actor.equals(coordinator));
        }
        return Behaviors.same();
    }

    private Behavior<Command> stopCoordinator() {
        if (coordinator != null) {
            context.stop(coordinator);
        }
        return Behaviors.same();
    }

    private Behavior<Command> ended(Terminated signal) {
        ActorRef<Void> actor = signal.getRef();
        if (signal instanceof ChildFailed failure) {
            ends.failed(actor.path().name(), failure.cause());
        }
        if (coordinator != null && coordinator.path().equals(actor.path())) {
            coordinator = null;
            ends.coordinatorGone();
            return Behaviors.same();
        }
        running.entrySet().stream()
                .filter(entry -> entry.getValue().path().equals(actor.path()))
                .map(Map.Entry::getKey)
                .findFirst()
                .ifPresent(shard -> {
                    running.remove(shard);
                    ends.shardGone(shard);
                });
        return Behaviors.same();
    }
}
