package io.outboxrelay.coordinator;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.ControlState;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.PurgeReport;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Subscribe;
import org.apache.pekko.pattern.StatusReply;
import org.jspecify.annotations.Nullable;

/**
 * Makes sure that every shard of every outbox runs, or rests where an operator wants it to.
 *
 * <ol>
 *   <li>It starts the control journal and waits for the replay: a paused shard must not run after a restart.
 *   <li>It tells every shard whether to run; cluster sharding starts those that are nowhere. It does so at every wake
 *       interval, when members come and go, and at once for a shard that was drained for a hand-over.
 *   <li>What operators ask for is written to the journal, then told to the shard, then confirmed.
 *   <li>For each outbox it has drained parts emptied, one call after the other.
 * </ol>
 *
 * If this dies halfway: shards go on as they were told last. Its successor replays the journal and tells them anew; an
 * operator whose request was not confirmed is told so, or gets no answer, and can repeat it.
 */
public final class CoordinatorActor {

    /** What the coordinator understands. */
    public sealed interface Command {}

    /** Let the shard finish what is in flight, then rest until resumed. */
    public record Pause(ShardId shard, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {}

    /** Let the shard run again. */
    public record Resume(ShardId shard, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {}

    /** A shard was drained for a hand-over; whoever gets it next can be woken. */
    public record ShardStopped(ShardId shard) implements Command, Wire {}

    enum Alarm implements Command {
        /** Time to tell every shard, or members came or went. */
        WAKE
    }

    record IntentKnown(ControlState state) implements Command {}

    /** `failure` is null when the change is in the journal. */
    record Recorded(
            ActorRef<StatusReply<Done>> replyTo, @Nullable Throwable failure) implements Command {}

    record PurgeDue(String outbox) implements Command {}

    /** One of `report` and `failure` is null. */
    record Purged(
            String outbox,
            @Nullable PurgeReport report,
            @Nullable Throwable failure) implements Command {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final CoordinatorSetup setup;
    private final ActorRef<ControlJournal.Change> journal;
    private final Map<String, PurgeWaits> purgeWaits = new HashMap<>();

    private CoordinatorActor(ActorContext<Command> context, TimerScheduler<Command> timers, CoordinatorSetup setup) {
        this.context = context;
        context.setLoggerName(CoordinatorActor.class);
        this.timers = timers;
        this.setup = setup;
        this.journal = context.spawn(
                setup.journal().apply(context.messageAdapter(ControlState.class, IntentKnown::new)), "control");
    }

    public static Behavior<Command> create(CoordinatorSetup setup) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new CoordinatorActor(context, timers, setup).started()));
    }

    private Behavior<Command> started() {
        context.watch(journal);
        ActorRef<ClusterEvent.MemberEvent> members =
                context.messageAdapter(ClusterEvent.MemberEvent.class, event -> Alarm.WAKE);
        Cluster.get(context.getSystem())
                .subscriptions()
                .tell(Subscribe.create(members, ClusterEvent.MemberEvent.class));
        timers.startTimerWithFixedDelay(Alarm.WAKE, setup.wakeInterval());
        setup.duties().keySet().forEach(this::purgeLater);
        return learning();
    }

    // ---- learning: what operators want is not known yet, so nobody is woken

    private Behavior<Command> learning() {
        Map<String, Integer> shards = setup.duties().entrySet().stream()
                .collect(Collectors.toUnmodifiableMap(
                        Map.Entry::getKey, duty -> duty.getValue().shards()));
        ShardPlan plan = new ShardPlan(shards, Set.of());
        return serving(plan)
                .onMessage(
                        IntentKnown.class,
                        intent -> begin(plan.pausing(intent.state().paused())))
                .onMessageEquals(Alarm.WAKE, Behaviors::same)
                .onMessage(ShardStopped.class, stopped -> Behaviors.same())
                .build();
    }

    private Behavior<Command> begin(ShardPlan plan) {
        context.getLog()
                .info(
                        "coordinating {} shards, {} of them paused",
                        plan.all().size(),
                        plan.paused().size());
        wakeAll(plan);
        return coordinating(plan);
    }

    // ---- coordinating

    private Behavior<Command> coordinating(ShardPlan plan) {
        return serving(plan)
                .onMessage(IntentKnown.class, intent -> changed(plan, intent))
                .onMessageEquals(Alarm.WAKE, () -> wakeAll(plan))
                .onMessage(
                        ShardStopped.class,
                        stopped -> wake(plan.of(stopped.shard()).stream().toList()))
                .build();
    }

    private Behavior<Command> changed(ShardPlan before, IntentKnown intent) {
        ShardPlan plan = before.pausing(intent.state().paused());
        wake(plan.changedSince(before));
        return coordinating(plan);
    }

    /** Once this node is stopping, its successor as coordinator does that. */
    private Behavior<Command> wakeAll(ShardPlan plan) {
        return setup.hosting().get() == Hosting.ANYBODY ? wake(plan.all()) : Behaviors.same();
    }

    private Behavior<Command> wake(List<ShardPlan.Wake> wakes) {
        if (setup.hosting().get() != Hosting.NOBODY) {
            wakes.forEach(wake -> setup.keeper().keep(wake.shard(), wake.paused()));
        }
        return Behaviors.same();
    }

    // ---- in every phase

    private BehaviorBuilder<Command> serving(ShardPlan plan) {
        return Behaviors.receive(Command.class)
                .onMessage(
                        Pause.class,
                        asked -> record(plan, asked.shard(), true, asked.by(), asked.reason(), asked.replyTo()))
                .onMessage(
                        Resume.class,
                        asked -> record(plan, asked.shard(), false, asked.by(), asked.reason(), asked.replyTo()))
                .onMessage(Recorded.class, this::confirm)
                .onMessage(PurgeDue.class, due -> purge(due.outbox()))
                .onMessage(Purged.class, this::purged);
    }

    private Behavior<Command> record(
            ShardPlan plan,
            ShardId shard,
            boolean paused,
            String by,
            String reason,
            ActorRef<StatusReply<Done>> replyTo) {
        if (plan.of(shard).isEmpty()) {
            replyTo.tell(StatusReply.error("there is no shard " + shard));
            return Behaviors.same();
        }
        context.ask(
                Done.class,
                journal,
                setup.confirmWithin(),
                (ActorRef<Done> recorded) -> new ControlJournal.Change(shard, paused, by, reason, recorded),
                (done, failure) -> new Recorded(replyTo, failure));
        return Behaviors.same();
    }

    private Behavior<Command> confirm(Recorded recorded) {
        recorded.replyTo()
                .tell(
                        recorded.failure() == null
                                ? StatusReply.ack()
                                : StatusReply.error("the control journal did not confirm within "
                                        + setup.confirmWithin()
                                        + "; its database may be down, and the change may still take effect"));
        return Behaviors.same();
    }

    private void purgeLater(String outbox) {
        PurgeDue due = new PurgeDue(outbox);
        timers.startSingleTimer(due, due, setup.duty(outbox).purgeInterval());
    }

    private Behavior<Command> purge(String outbox) {
        context.pipeToSelf(emptied(outbox), (report, failure) -> new Purged(outbox, report, failure));
        return Behaviors.same();
    }

    private CompletionStage<PurgeReport> emptied(String outbox) {
        try {
            return setup.duty(outbox).admin().purge();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Behavior<Command> purged(Purged purged) {
        if (purged.failure() != null) {
            context.getLog()
                    .warn(
                            "outbox {}: drained parts could not be emptied, the next try is in {}: {}",
                            purged.outbox(),
                            setup.duty(purged.outbox()).purgeInterval(),
                            purged.failure().getMessage());
        }
        if (purged.report() != null) {
            purgeWaits
                    .computeIfAbsent(purged.outbox(), any -> new PurgeWaits(System::nanoTime))
                    .linesAfter(purged.report())
                    .forEach(line -> context.getLog().warn("outbox {}: {}", purged.outbox(), line));
        }
        purgeLater(purged.outbox());
        return Behaviors.same();
    }
}
