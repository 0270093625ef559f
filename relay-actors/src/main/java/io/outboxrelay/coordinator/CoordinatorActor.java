package io.outboxrelay.coordinator;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.outboxrelay.cluster.Wire;
import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.ControlState;
import io.outboxrelay.control.Deed;
import io.outboxrelay.control.ReplayNote;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedEdit;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
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
 *   <li>It starts the control journal and waits for the replay: a paused shard must not run after a restart. Meanwhile
 *       it asks each outbox how many shards it has, until it answers.
 *   <li>It tells every shard whether to run; cluster sharding starts those that are nowhere. It does so at every wake
 *       interval, when members come and go, and at once for a shard that was drained for a hand-over.
 *   <li>What operators ask for is written to the journal, then told to the shards, then confirmed.
 *   <li>An outbox that is to have another number of shards has them all rest; a {@link ReshardActor} deals the slots;
 *       that it did is written to the journal, and the new shards are told to run.
 *   <li>For each outbox a {@link PurgeActor} has drained parts emptied.
 * </ol>
 *
 * If this dies halfway: shards go on as they were told last. Its successor replays the journal and tells them anew; a
 * reshard that had begun is begun again, and changes nothing if it was done. An operator whose request was not confirmed
 * is told so, or gets no answer, and can repeat it.
 */
public final class CoordinatorActor {
    /** What an error begins with that may pass by itself; any other refuses what was asked for. */
    public static final String UNAVAILABLE = ControlJournal.UNAVAILABLE;

    private static final String NOT_READ_YET = UNAVAILABLE + "the control journal is not read yet";

    /** What the coordinator understands. */
    public sealed interface Command {}

    /** Let the shard finish what is in flight, then rest until resumed. */
    public record Pause(ShardId shard, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {}

    /** Let the shard run again. */
    public record Resume(ShardId shard, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {}

    /** Move the shard to that node, given as host:port, and keep it there; null lets it be wherever it is even. */
    public record Move(
            ShardId shard, @Nullable String to, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {}

    /** Note that a shard is to start anew; who asks tells it so once this is confirmed. */
    public record Restart(ShardId shard, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {}

    /** Deal the outbox to so many shards; confirmed once it is written down, {@link GetOutboxes} tells the rest. */
    public record Reshard(String outbox, int shards, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {}

    /** Confirmed once it is in the journal; who asks does it then. */
    public record NoteDecision(
            String outbox,
            Decision decision,
            List<String> events,
            String by,
            String reason,
            ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {
        ControlJournal.Change change(ActorRef<StatusReply<Done>> recorded) {
            return new ControlJournal.NoteDecision(outbox, decision, events, by, reason, recorded);
        }
    }

    /** Likewise. */
    public record NoteEdit(
            String outbox,
            String event,
            List<ParkedEdit.Field> fields,
            String by,
            String reason,
            ActorRef<StatusReply<Done>> replyTo)
            implements Command, Wire {
        ControlJournal.Change change(ActorRef<StatusReply<Done>> recorded) {
            return new ControlJournal.NoteEdit(outbox, event, fields, by, reason, recorded);
        }
    }

    /** Likewise. */
    public record NoteReplay(ReplayNote note, ActorRef<StatusReply<Done>> replyTo) implements Command, Wire {
        ControlJournal.Change change(ActorRef<StatusReply<Done>> recorded) {
            return new ControlJournal.NoteReplay(note, recorded);
        }
    }

    /** Answered at once. */
    public record GetOutboxes(ActorRef<OutboxStates> replyTo) implements Command, Wire {}

    /** By name. */
    public record OutboxStates(Map<String, OutboxState> outboxes) implements Wire {}

    /**
     * Of one outbox.
     *
     * @param shards how many it has; null while its database has not said
     * @param reshardingTo how many it is about to have; null where that does not change
     * @param pinned shards that are kept on a node, by number; null, or not there, from a coordinator of an earlier version
     */
    public record OutboxState(
            @Nullable Integer shards,
            @Nullable Integer reshardingTo,

            @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable
            List<Pinned> pinned)
            implements Wire {}

    /** A shard that is kept on that node, host:port, until the node is gone or somebody decides otherwise. */
    public record Pinned(int shard, String node) implements Wire {}

    /** Refused while the control journal is not read yet. */
    public record GetHistory(ActorRef<StatusReply<History>> replyTo) implements Command, Wire {}

    /** The last changes that operators made, newest first. */
    public record History(List<Deed> history) implements Wire {}

    /** Answered at once; refused for an outbox that the coordinator's node does not know. */
    public record GetPurge(String outbox, ActorRef<StatusReply<PurgeState>> replyTo) implements Command, Wire {}

    /** A shard was drained for a hand-over; whoever gets it next can be woken. */
    public record ShardStopped(ShardId shard) implements Command, Wire {}

    enum Alarm implements Command {
        /** Time to tell every shard, or members came or went. */
        WAKE
    }

    record IntentKnown(ControlState state) implements Command {}

    /** `count` is 0 when it could not be learned. */
    record ShardsKnown(String outbox, int count) implements Command {}

    record ReshardEnded(ReshardActor.Ended ended) implements Command {}

    /** `failure` is null when the change is in the journal. */
    record Recorded(
            ActorRef<StatusReply<Done>> replyTo, @Nullable Throwable failure) implements Command {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final CoordinatorSetup setup;
    private final ActorRef<ControlJournal.Asked> journal;
    private final Changes changes;
    private final ActorRef<ReshardActor.Ended> reshardEnded;
    private final Set<String> asking = new HashSet<>();
    private final Map<String, ActorRef<PurgeActor.Command>> purges = new HashMap<>();

    private CoordinatorActor(ActorContext<Command> context, TimerScheduler<Command> timers, CoordinatorSetup setup) {
        this.context = context;
        context.setLoggerName(CoordinatorActor.class);
        this.timers = timers;
        this.setup = setup;
        this.journal = context.spawn(
                setup.journal().apply(context.messageAdapter(ControlState.class, IntentKnown::new)), "control");
        this.changes = new Changes(context, journal, setup.confirmWithin(), setup.nodes());
        this.reshardEnded = context.messageAdapter(ReshardActor.Ended.class, ReshardEnded::new);
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
        setup.duties().forEach((outbox, duty) -> {
            purges.put(
                    outbox,
                    context.spawn(PurgeActor.create(outbox, duty.admin(), duty.purgeInterval()), "purge-" + outbox));
            learnShards(outbox, false);
        });
        return learning(ShardPlan.NOTHING_KNOWN);
    }

    /** One question at a time: a database that is down takes longer to say nothing than the wake interval. */
    private void learnShards(String outbox, boolean known) {
        CoordinatorSetup.Duty duty = setup.duty(outbox);
        if (asking.add(outbox)) {
            context.pipeToSelf(
                    known ? duty.admin().countShards() : duty.admin().shards(duty.whenNew()),
                    (count, failure) -> new ShardsKnown(outbox, failure == null ? count : 0));
        }
    }

    // ---- learning: what operators want is not known yet, so nobody is woken

    private Behavior<Command> learning(ShardPlan plan) {
        return serving(plan)
                .onMessage(IntentKnown.class, intent -> begin(plan.with(intent.state())))
                .onMessage(ShardsKnown.class, known -> learning(learned(plan, known)))
                .onMessageEquals(Alarm.WAKE, Behaviors::same)
                .onMessage(ShardStopped.class, stopped -> Behaviors.same())
                .onMessage(GetHistory.class, asked -> tell(asked.replyTo(), StatusReply.error(NOT_READ_YET)))
                .build();
    }

    private Behavior<Command> begin(ShardPlan plan) {
        setup.pins().accept(plan.intent().pins());
        context.getLog()
                .info("coordinating, {} shards paused", plan.intent().paused().size());
        wakeAll(plan);
        return coordinating(plan);
    }

    /**
     * Asked again with each wake: the slots may have been dealt by a coordinator that was replaced before its database
     * answered.
     */
    private ShardPlan learned(ShardPlan plan, ShardsKnown known) {
        asking.remove(known.outbox());
        return known.count() == 0 ? plan : plan.with(known.outbox(), known.count());
    }

    // ---- coordinating

    private Behavior<Command> coordinating(ShardPlan plan) {
        return serving(plan)
                .onMessage(IntentKnown.class, intent -> changed(plan, plan.with(intent.state())))
                .onMessage(ShardsKnown.class, known -> known(plan, learned(plan, known)))
                .onMessageEquals(Alarm.WAKE, () -> wakeAll(plan))
                .onMessage(GetHistory.class, asked -> tell(asked.replyTo(), StatusReply.success(plan.history())))
                .onMessage(
                        ShardStopped.class,
                        stopped -> wake(
                                plan.of(stopped.shard()).stream().toList(),
                                plan.intent().revision()))
                .build();
    }

    private Behavior<Command> changed(ShardPlan before, ShardPlan plan) {
        setup.pins().accept(plan.intent().pins());
        plan.shards().keySet().forEach(outbox -> reshardIfWanted(plan, outbox));
        wake(plan.changedSince(before), plan.intent().revision());
        return coordinating(plan);
    }

    private Behavior<Command> known(ShardPlan before, ShardPlan plan) {
        if (plan.equals(before)) {
            return Behaviors.same();
        }
        wakeAll(plan);
        return coordinating(plan);
    }

    /** Once this node is stopping, its successor as coordinator does that. */
    private Behavior<Command> wakeAll(ShardPlan plan) {
        plan.shards().keySet().forEach(outbox -> reshardIfWanted(plan, outbox));
        setup.duties().keySet().stream()
                .filter(outbox ->
                        plan.count(outbox).isEmpty() || plan.target(outbox).isEmpty())
                .forEach(outbox -> learnShards(outbox, plan.count(outbox).isPresent()));
        return setup.hosting().get() == Hosting.ANYBODY
                ? wake(plan.all(), plan.intent().revision())
                : Behaviors.same();
    }

    private Behavior<Command> wake(List<ShardPlan.Wake> wakes, long revision) {
        if (setup.hosting().get() != Hosting.NOBODY) {
            wakes.forEach(wake -> setup.keeper().keep(wake.shard(), wake.paused(), wake.why(), revision));
        }
        return Behaviors.same();
    }

    // ---- resharding

    private void reshardIfWanted(ShardPlan plan, String outbox) {
        String child = "reshard-" + outbox;
        if (plan.isDealt(outbox)) {
            end(plan, outbox, null);
        } else if (plan.target(outbox).isPresent() && context.getChild(child).isEmpty()) {
            CoordinatorSetup.Duty duty = setup.duty(outbox);
            context.spawn(
                    ReshardActor.create(new ReshardActor.Setup(
                            outbox,
                            plan.count(outbox).get(),
                            plan.target(outbox).get(),
                            duty.restWithin(),
                            setup.rests(),
                            duty.admin(),
                            reshardEnded)),
                    child);
        }
    }

    private Behavior<Command> reshardEnded(ShardPlan plan, ReshardActor.Ended ended) {
        RelayException failure = ended.failure();
        if (failure == null) {
            context.getLog().info("outbox {} has {} shards", ended.outbox(), ended.shards());
            context.getSelf().tell(new ShardsKnown(ended.outbox(), ended.shards()));
        } else {
            context.getLog().error("outbox {} keeps its shards: {}", ended.outbox(), failure.getMessage());
            end(plan, ended.outbox(), failure.getMessage());
        }
        return Behaviors.same();
    }

    /** Not confirmed? It is written again with the next wake. */
    private void end(ShardPlan plan, String outbox, @Nullable String failure) {
        String note = failure == null ? "" : failure;
        changes.write(
                plan,
                context.getSystem().ignoreRef(),
                recorded -> new ControlJournal.EndReshard(outbox, failure == null, note, recorded));
    }

    // ---- in every phase

    private BehaviorBuilder<Command> serving(ShardPlan plan) {
        return changes.serving(plan)
                .onMessage(GetOutboxes.class, asked -> tell(asked.replyTo(), states(plan)))
                .onMessage(GetPurge.class, this::ask)
                .onMessage(ReshardEnded.class, done -> reshardEnded(plan, done.ended()));
    }

    private Behavior<Command> ask(GetPurge asked) {
        ActorRef<PurgeActor.Command> purge = purges.get(asked.outbox());
        if (purge == null) {
            asked.replyTo()
                    .tell(StatusReply.error(
                            UNAVAILABLE + "the coordinator's node does not relay outbox " + asked.outbox() + " yet"));
        } else {
            purge.tell(new PurgeActor.GetState(asked.replyTo()));
        }
        return Behaviors.same();
    }

    private OutboxStates states(ShardPlan plan) {
        return new OutboxStates(
                plan.states(setup.duties().keySet(), setup.nodes().get()));
    }

    private static <T> Behavior<Command> tell(ActorRef<T> asker, T answer) {
        asker.tell(answer);
        return Behaviors.same();
    }
}
