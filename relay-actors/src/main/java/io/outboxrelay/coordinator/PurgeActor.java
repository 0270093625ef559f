package io.outboxrelay.coordinator;

import io.outboxrelay.metrics.RelayMetrics;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.PurgeReport;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.pattern.StatusReply;
import org.jspecify.annotations.Nullable;

/**
 * Has the drained parts of one outbox emptied for as long as it lives, one call after the other, and tells people who
 * keeps it from that. If it dies halfway, the next one does what is left.
 */
final class PurgeActor {

    sealed interface Command {}

    /** Answered at once. */
    record GetState(ActorRef<StatusReply<PurgeState>> replyTo) implements Command {}

    private enum Alarm implements Command {
        DUE
    }

    /** One of `report` and `failure` is null. */
    private record Purged(
            @Nullable PurgeReport report, @Nullable Throwable failure) implements Command {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final String outbox;
    private final OutboxAdmin admin;
    private final Duration interval;
    private final PurgeWaits waits = new PurgeWaits(System::nanoTime);
    private final PurgeLook look;

    private PurgeActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            String outbox,
            OutboxAdmin admin,
            Duration interval) {
        this.context = context;
        this.timers = timers;
        this.outbox = outbox;
        this.admin = admin;
        this.interval = interval;
        this.look = new PurgeLook(outbox, System::nanoTime);
    }

    static Behavior<Command> create(String outbox, OutboxAdmin admin, Duration interval) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            PurgeActor actor = new PurgeActor(context, timers, outbox, admin, interval);
            return actor.later(actor.purging());
        }));
    }

    private Behavior<Command> purging() {
        return Behaviors.receive(Command.class)
                .onMessageEquals(Alarm.DUE, this::purge)
                .onMessage(Purged.class, this::purged)
                .onMessage(GetState.class, this::tell)
                .onSignal(PostStop.class, stopped -> noLongerOurs())
                .build();
    }

    /** The coordinator moved or ended: what waits is for its successor to tell. */
    private Behavior<Command> noLongerOurs() {
        RelayMetrics.get(context.getSystem()).purged(outbox, PurgeReport.NOTHING);
        return Behaviors.same();
    }

    private Behavior<Command> tell(GetState asked) {
        asked.replyTo().tell(StatusReply.success(look.state()));
        return Behaviors.same();
    }

    private Behavior<Command> later(Behavior<Command> next) {
        timers.startSingleTimer(Alarm.DUE, interval);
        return next;
    }

    private Behavior<Command> purge() {
        context.pipeToSelf(emptied(), Purged::new);
        return Behaviors.same();
    }

    private CompletionStage<PurgeReport> emptied() {
        try {
            return admin.purge();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Behavior<Command> purged(Purged purged) {
        RelayMetrics metrics = RelayMetrics.get(context.getSystem());
        if (purged.failure() != null) {
            metrics.purgeFailed(outbox);
            look.failed(String.valueOf(purged.failure().getMessage()));
            context.getLog()
                    .warn(
                            "outbox {}: drained parts could not be emptied, the next try is in {}: {}",
                            outbox,
                            interval,
                            purged.failure().getMessage());
        }
        if (purged.report() != null) {
            metrics.purged(outbox, purged.report());
            look.did(purged.report());
            waits.linesAfter(purged.report()).forEach(line -> context.getLog().warn("outbox {}: {}", outbox, line));
        }
        return later(Behaviors.same());
    }
}
