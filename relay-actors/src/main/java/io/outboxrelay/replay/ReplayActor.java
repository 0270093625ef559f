package io.outboxrelay.replay;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.control.Deed;
import io.outboxrelay.control.ReplayNote;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.replay.ReplayStatus.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.PreRestart;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.pattern.StatusReply;
import org.jspecify.annotations.Nullable;

/**
 * The cluster's one place for replays: at most one of each outbox at a time, all on this actor's node.
 *
 * <ol>
 *   <li>It looks in the history for replays that began on a node which is gone, and has written down that they ended so.
 *   <li>For each replay that is wanted it has a {@link ReplayRun} do it, and remembers what that tells.
 *   <li>When its node is told to end, replays stop first and have written down how far they came.
 * </ol>
 *
 * If it dies halfway, its replays end with it; its successor does 1.
 */
public final class ReplayActor {
    private static final int REMEMBERED = 20;
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(5);

    /** Less than the phase of the shutdown takes at most. */
    private static final Duration STOP_WITHIN = Duration.ofSeconds(4);

    /** What it understands. */
    public sealed interface Command {}

    /** Confirmed once that it began is written down; refused where one of this outbox runs already. */
    public record Begin(
            String outbox, Wanted wanted, String by, String reason, ActorRef<StatusReply<ReplayStatus>> replyTo)
            implements Command, Wire {}

    /** Publish what is on its way, and no more. Answered at once, with how it is doing then. */
    public record Stop(String outbox, String by, String reason, ActorRef<StatusReply<ReplayStatus>> replyTo)
            implements Command, Wire {}

    /** Answered at once. */
    public record GetReplays(String outbox, ActorRef<Replays> replyTo) implements Command, Wire {}

    /** The last replays, newest first; those of before this node has been in charge are in the history only. */
    public record Replays(String outbox, List<ReplayStatus> replays) implements Wire {}

    private record StopAll(ActorRef<Done> replyTo) implements Command {}

    private record Heard(ReplayRun.Told told) implements Command {}

    /** A run has stopped, whether it had begun or not. */
    private record Gone(String outbox) implements Command {}

    /** Null where it could not be learned. */
    private record HistoryIs(CoordinatorActor.@Nullable History history) implements Command {}

    private enum Alarm implements Command {
        LOOK
    }

    private record Running(String id, ActorRef<ReplayRun.Command> run) {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final ReplaySetup setup;
    private final ActorRef<ReplayRun.Told> listener;
    private final Cancellable beforeShutdown;
    private final Map<String, Running> running = new HashMap<>();
    private final Map<String, Map<String, ReplayStatus>> replays = new HashMap<>();
    private final List<ActorRef<Done>> awaiting = new ArrayList<>();

    private ReplayActor(ActorContext<Command> context, TimerScheduler<Command> timers, ReplaySetup setup) {
        this.context = context;
        context.setLoggerName(ReplayActor.class);
        this.timers = timers;
        this.setup = setup;
        this.listener = context.messageAdapter(ReplayRun.Told.class, Heard::new);
        ActorRef<Command> self = context.getSelf();
        this.beforeShutdown = CoordinatedShutdown.get(context.getSystem())
                .addCancellableTask(
                        CoordinatedShutdown.PhaseBeforeServiceUnbind(),
                        "stop replays",
                        () -> AskPattern.<Command, Done>ask(
                                self,
                                StopAll::new,
                                STOP_WITHIN,
                                context.getSystem().scheduler()));
    }

    public static Behavior<Command> create(ReplaySetup setup) {
        return Behaviors.setup(
                context -> Behaviors.withTimers(timers -> new ReplayActor(context, timers, setup).started()));
    }

    private Behavior<Command> started() {
        look();
        return Behaviors.receive(Command.class)
                .onMessageEquals(Alarm.LOOK, this::look)
                .onMessage(HistoryIs.class, this::endOthers)
                .onMessage(Begin.class, this::begin)
                .onMessage(Stop.class, this::stop)
                .onMessage(GetReplays.class, this::tell)
                .onMessage(Heard.class, heard -> remember(heard.told()))
                .onMessage(Gone.class, this::gone)
                .onMessage(StopAll.class, this::stopAll)
                .onSignal(PostStop.class, stopped -> forgotten())
                .onSignal(PreRestart.class, stopped -> forgotten())
                .build();
    }

    private Behavior<Command> forgotten() {
        beforeShutdown.cancel();
        return Behaviors.same();
    }

    // ---- replays of a node that is gone

    private Behavior<Command> look() {
        context.askWithStatus(
                CoordinatorActor.History.class,
                setup.coordinator(),
                setup.confirmWithin(),
                CoordinatorActor.GetHistory::new,
                (history, failure) -> new HistoryIs(history));
        return Behaviors.same();
    }

    private Behavior<Command> endOthers(HistoryIs is) {
        if (is.history() == null) {
            timers.startSingleTimer(Alarm.LOOK, LOOK_AGAIN);
            return Behaviors.same();
        }
        Deed.openReplays(is.history().history()).forEach((id, outbox) -> {
            Running ours = running.get(outbox);
            boolean known = replays.getOrDefault(outbox, Map.of()).containsKey(id)
                    || (ours != null && ours.id().equals(id));
            if (!known) {
                context.getLog().warn("outbox {}: the node of replay {} ended before it did", outbox, id);
                setup.coordinator()
                        .tell(new CoordinatorActor.NoteReplay(
                                new ReplayNote(
                                        outbox,
                                        id,
                                        ReplayNote.Step.STOPPED,
                                        "its node ended; what was published stays so",
                                        "outbox-relay",
                                        ""),
                                context.getSystem().ignoreRef()));
            }
        });
        return Behaviors.same();
    }

    // ---- what people want

    private Behavior<Command> begin(Begin asked) {
        ReplaySetup.Source source = setup.sources().get(asked.outbox());
        Running other = running.get(asked.outbox());
        if (source == null || !awaiting.isEmpty()) {
            asked.replyTo()
                    .tell(StatusReply.error(
                            source == null
                                    ? "there is no outbox " + asked.outbox()
                                    : CoordinatorActor.UNAVAILABLE + "this node is about to end; ask again"));
            return Behaviors.same();
        }
        if (other != null) {
            asked.replyTo()
                    .tell(StatusReply.error("replay " + other.id() + " of outbox " + asked.outbox()
                            + " is not over yet; stop it, or wait for its end"));
            return Behaviors.same();
        }
        String id = UUID.randomUUID().toString();
        ReplayRun.Order order = new ReplayRun.Order(id, asked.outbox(), asked.wanted(), asked.by(), asked.reason());
        ActorRef<ReplayRun.Command> run =
                context.spawn(ReplayRun.create(setup, source, order, listener, asked.replyTo()), "replay-" + id);
        context.watchWith(run, new Gone(asked.outbox()));
        running.put(asked.outbox(), new Running(id, run));
        return Behaviors.same();
    }

    private Behavior<Command> stop(Stop asked) {
        Running one = running.get(asked.outbox());
        Optional<ReplayStatus> status = last(asked.outbox())
                .filter(last -> one != null && last.id().equals(one.id()))
                .filter(last -> last.state() == State.RUNNING);
        if (one == null || status.isEmpty()) {
            asked.replyTo().tell(StatusReply.error("no replay of outbox " + asked.outbox() + " runs"));
            return Behaviors.same();
        }
        one.run().tell(new ReplayRun.Stop(asked.by(), asked.reason()));
        asked.replyTo().tell(StatusReply.success(status.get()));
        return Behaviors.same();
    }

    private Optional<ReplayStatus> last(String outbox) {
        List<ReplayStatus> all = newestFirst(outbox);
        return all.isEmpty() ? Optional.empty() : Optional.of(all.get(0));
    }

    private List<ReplayStatus> newestFirst(String outbox) {
        List<ReplayStatus> all =
                new ArrayList<>(replays.getOrDefault(outbox, Map.of()).values());
        Collections.reverse(all);
        return all;
    }

    private Behavior<Command> tell(GetReplays asked) {
        asked.replyTo().tell(new Replays(asked.outbox(), newestFirst(asked.outbox())));
        return Behaviors.same();
    }

    // ---- what runs tell

    private Behavior<Command> remember(ReplayRun.Told told) {
        Map<String, ReplayStatus> ofOutbox =
                replays.computeIfAbsent(told.status().outbox(), first -> new LinkedHashMap<>());
        ofOutbox.put(told.status().id(), told.status());
        if (ofOutbox.size() > REMEMBERED) {
            ofOutbox.remove(ofOutbox.keySet().iterator().next());
        }
        return Behaviors.same();
    }

    private Behavior<Command> gone(Gone gone) {
        running.remove(gone.outbox());
        answerIfAllAreGone();
        return Behaviors.same();
    }

    private Behavior<Command> stopAll(StopAll asked) {
        awaiting.add(asked.replyTo());
        running.values().forEach(one -> one.run().tell(new ReplayRun.Stop("outbox-relay", "its node ends")));
        answerIfAllAreGone();
        return Behaviors.same();
    }

    private void answerIfAllAreGone() {
        if (running.isEmpty()) {
            awaiting.forEach(asker -> asker.tell(Done.getInstance()));
        }
    }
}
