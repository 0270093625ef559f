package io.outboxrelay.relay;

import io.outboxrelay.metrics.RelayMetrics;
import io.outboxrelay.metrics.ShardMetrics;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.ShardStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/**
 * Asks the shards of this node how many rows wait and whether they get on, for metrics and readiness, some each second.
 *
 * If this dies halfway: it starts over; metrics and readiness show what was found last.
 */
final class LagSampler {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** What the sampler tells itself. */
    sealed interface Command {}

    private enum Alarm implements Command {
        NEXT
    }

    /** Those that answered. */
    private record Looked(List<ShardStatus> statuses) implements Command {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Function<ShardId, CompletionStage<ShardStatus>> ask;
    private final RelayMetrics metrics;
    private final SamplerTurns turns = new SamplerTurns();

    private LagSampler(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            Function<ShardId, CompletionStage<ShardStatus>> ask) {
        this.context = context;
        this.timers = timers;
        this.ask = ask;
        this.metrics = RelayMetrics.get(context.getSystem());
    }

    /** @param ask asks a shard for its status, wherever it is */
    static Behavior<Command> create(Function<ShardId, CompletionStage<ShardStatus>> ask) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new LagSampler(context, timers, ask).sampling()));
    }

    private Behavior<Command> sampling() {
        timers.startSingleTimer(Alarm.NEXT, PAUSE);
        return Behaviors.receive(Command.class)
                .onMessageEquals(Alarm.NEXT, this::next)
                .onMessage(Looked.class, this::looked)
                .build();
    }

    private Behavior<Command> next() {
        List<CompletableFuture<List<ShardStatus>>> asked =
                due().stream().map(this::status).toList();
        context.pipeToSelf(
                CompletableFuture.allOf(asked.toArray(CompletableFuture[]::new)),
                (all, failure) -> new Looked(
                        asked.stream().flatMap(answer -> answer.join().stream()).toList()));
        return Behaviors.same();
    }

    /** Empty where it does not answer. */
    private CompletableFuture<List<ShardStatus>> status(ShardId shard) {
        return ask.apply(shard)
                .handle((status, failure) -> failure == null ? List.of(status) : List.<ShardStatus>of())
                .toCompletableFuture();
    }

    private List<ShardId> due() {
        return turns.next(metrics.shards().stream()
                .flatMap(shard -> metrics.of(shard).stream()
                        .map(seen -> new SamplerTurns.Seen(shard, seen.settledRows(), seen.isSuspect())))
                .toList());
    }

    private Behavior<Command> looked(Looked looked) {
        looked.statuses()
                .forEach(status -> metrics.of(new ShardId(status.outbox(), status.shard()))
                        .ifPresent(shard -> shard.sampled(new ShardMetrics.Sample(
                                status.rowsWaiting(),
                                status.oldestWaitingSeconds(),
                                status.parkedRows(),
                                status.blockedAggregates(),
                                status.stuck(),
                                status.unready() ? status.reason() : null))));
        timers.startSingleTimer(Alarm.NEXT, PAUSE);
        return Behaviors.same();
    }
}
