package io.outboxrelay.relay;

import io.outboxrelay.metrics.RelayMetrics;
import io.outboxrelay.metrics.ShardMetrics;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.ShardStatus;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Asks the shards of this node in turn how many rows wait, for the metrics: one at a time and one a second, because a
 * count looks at up to 20,000 rows. What a scrape shows is as many seconds old as the node has shards.
 *
 * If this dies halfway: it starts over with the first shard; the metrics show what was counted last.
 */
final class LagSampler {
    private static final Duration PAUSE = Duration.ofSeconds(1);

    /** What the sampler tells itself. */
    sealed interface Command {}

    private enum Alarm implements Command {
        NEXT
    }

    /** Null where the shard did not answer. */
    private record Looked(ShardId shard, @Nullable ShardStatus status) implements Command {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final Function<ShardId, CompletionStage<ShardStatus>> ask;
    private final RelayMetrics metrics;
    private int turn;

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
        List<ShardId> here = metrics.shards();
        if (here.isEmpty()) {
            timers.startSingleTimer(Alarm.NEXT, PAUSE);
            return Behaviors.same();
        }
        ShardId shard = here.get(turn++ % here.size());
        context.pipeToSelf(ask.apply(shard), (status, failure) -> new Looked(shard, status));
        return Behaviors.same();
    }

    private Behavior<Command> looked(Looked looked) {
        ShardStatus status = looked.status();
        if (status != null) {
            metrics.of(looked.shard())
                    .ifPresent(shard -> shard.sampled(new ShardMetrics.Sample(
                            status.rowsWaiting(),
                            status.oldestWaitingSeconds(),
                            status.parkedRows(),
                            status.blockedAggregates(),
                            status.stuck())));
        }
        timers.startSingleTimer(Alarm.NEXT, PAUSE);
        return Behaviors.same();
    }
}
