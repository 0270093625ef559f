package io.outboxrelay.coordinator;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.OutboxAdmin;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Deals one outbox to another number of shards, whose old shards the coordinator has told to rest.
 *
 * <ol>
 *   <li>It asks the old shards until each of them rests: then nothing is in flight, so nothing is repeated.
 *   <li>A shard that does not rest in time is left to its fencing: what it had in flight may be repeated.
 *   <li>It has the slots dealt, in one transaction. A database that does not answer is tried again for as long as this
 *       lives: nothing could flow without it anyway.
 *   <li>It tells how that ended, and stops.
 * </ol>
 *
 * If it dies halfway: the slots are dealt or they are not; the next one finds out by dealing again.
 */
final class ReshardActor {
    private static final Duration LOOK_EVERY = Duration.ofMillis(100);
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    sealed interface Command {}

    private enum Alarm implements Command {
        LOOK,
        LIMIT,
        DEAL
    }

    private record Looked(ShardId shard, boolean rests) implements Command {}

    /** `failure` is null when it is done. */
    private record Dealt(@Nullable Throwable failure) implements Command {}

    /** How it ended; `failure` is null when the outbox has its new shards. */
    record Ended(String outbox, int shards, @Nullable RelayException failure) {}

    /**
     * What it works with.
     *
     * @param from how many shards there are
     * @param to how many there are to be
     * @param within how long the shards may take to rest
     * @param rests asks a shard
     */
    record Setup(
            String outbox,
            int from,
            int to,
            Duration within,
            Function<ShardId, CompletionStage<Boolean>> rests,
            OutboxAdmin admin,
            ActorRef<Ended> replyTo) {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Setup setup;

    private ReshardActor(ActorContext<Command> context, TimerScheduler<Command> timers, Setup setup) {
        this.context = context;
        this.timers = timers;
        this.setup = setup;
    }

    static Behavior<Command> create(Setup setup) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new ReshardActor(context, timers, setup).started()));
    }

    private Behavior<Command> started() {
        Set<ShardId> awaited = new HashSet<>();
        IntStream.range(0, setup.from()).forEach(number -> awaited.add(new ShardId(setup.outbox(), number)));
        context.getLog().info("outbox {}: from {} shards to {}", setup.outbox(), setup.from(), setup.to());
        timers.startSingleTimer(Alarm.LIMIT, setup.within());
        return look(awaited);
    }

    // ---- resting

    private Behavior<Command> resting(Set<ShardId> awaited) {
        return Behaviors.receive(Command.class)
                .onMessageEquals(Alarm.LOOK, () -> look(awaited))
                .onMessage(Looked.class, looked -> looked(awaited, looked))
                .onMessageEquals(Alarm.LIMIT, () -> late(awaited))
                .build();
    }

    private Behavior<Command> look(Set<ShardId> awaited) {
        awaited.forEach(shard ->
                context.pipeToSelf(rests(shard), (rests, failure) -> new Looked(shard, Boolean.TRUE.equals(rests))));
        timers.startSingleTimer(Alarm.LOOK, LOOK_EVERY);
        return resting(awaited);
    }

    private CompletionStage<Boolean> rests(ShardId shard) {
        try {
            return setup.rests().apply(shard);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Behavior<Command> looked(Set<ShardId> awaited, Looked looked) {
        if (!looked.rests()) {
            return Behaviors.same();
        }
        Set<ShardId> left = new HashSet<>(awaited);
        left.remove(looked.shard());
        return left.isEmpty() ? deal() : resting(left);
    }

    private Behavior<Command> late(Set<ShardId> awaited) {
        Set<Integer> numbers =
                new TreeSet<>(awaited.stream().map(ShardId::number).toList());
        context.getLog()
                .warn(
                        "outbox {}: shards {} do not rest after {}; they are fenced, what they have in flight may be"
                                + " repeated",
                        setup.outbox(),
                        numbers,
                        setup.within());
        return deal();
    }

    // ---- dealing

    private Behavior<Command> deal() {
        timers.cancelAll();
        context.pipeToSelf(dealt(), (done, failure) -> new Dealt(failure));
        return dealing();
    }

    private CompletionStage<Done> dealt() {
        try {
            return setup.admin().reshard(setup.to());
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Behavior<Command> dealing() {
        return Behaviors.receive(Command.class)
                .onMessage(Dealt.class, this::dealt)
                .onMessageEquals(Alarm.DEAL, this::deal)
                .onMessage(Looked.class, late -> Behaviors.same())
                .onMessageEquals(Alarm.LOOK, Behaviors::same)
                .onMessageEquals(Alarm.LIMIT, Behaviors::same)
                .build();
    }

    private Behavior<Command> dealt(Dealt dealt) {
        RelayException failure = dealt.failure() == null ? null : RelayException.of(dealt.failure());
        if (failure != null && failure.fault() == Fault.TRANSIENT) {
            context.getLog().warn("outbox {}: {}; tried again", setup.outbox(), failure.getMessage());
            timers.startSingleTimer(Alarm.DEAL, RETRY_AFTER);
            return Behaviors.same();
        }
        setup.replyTo().tell(new Ended(setup.outbox(), setup.to(), failure));
        return Behaviors.stopped();
    }
}
