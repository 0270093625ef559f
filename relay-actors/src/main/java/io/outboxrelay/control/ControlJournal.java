package io.outboxrelay.control;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedEdit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.pattern.StatusReply;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.Recovery;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;
import org.jspecify.annotations.Nullable;

/**
 * Keeps operator intent.
 *
 * <ol>
 *   <li>It replays all events and tells the coordinator the result; until then nobody may start a shard.
 *   <li>A change is written first; then the coordinator learns of it, then the operator.
 *   <li>A change that contradicts another is refused, as is one that was asked for before the last replay: it may have
 *       waited in a process that stood still, while others wanted and got the contrary. One that changes nothing is
 *       written all the same: writing is how a journal finds out that another one, which does not know yet that it was
 *       replaced, has written after this one's replay; then it starts over and confirms nothing.
 * </ol>
 *
 * If this dies halfway: a change is either in the journal, and counts from the next replay on, or it is not, and the
 * operator got no confirmation. While the journal's database is down it starts over, ever more slowly.
 */
public final class ControlJournal
        extends EventSourcedBehavior<ControlJournal.Asked, ControlJournal.Event, ControlState> {
    static final PersistenceId ID = PersistenceId.ofUniqueId("control");

    /** What a refusal begins with that may pass by itself. */
    public static final String UNAVAILABLE = "unavailable: ";

    private static final Duration RETRY_MIN = Duration.ofMillis(200);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);

    /**
     * A change, and what its asker knew.
     *
     * @param known the revision of the {@link ControlState} it was asked for in
     */
    public record Asked(Change change, long known) {}

    /** What is to be written down. Confirmed, or refused with the reason; no answer means that it could not be written. */
    public sealed interface Change {
        ActorRef<StatusReply<Done>> replyTo();
    }

    /** A shard should rest or run. */
    public record SetPaused(
            ShardId shard, boolean paused, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Change {}

    /** A shard should be on a certain node; null for wherever it is even. */
    public record SetPin(
            ShardId shard, @Nullable Pin pin, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Change {}

    /** A person has a shard start anew; that is noted before it is done. */
    public record NoteRestart(ShardId shard, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Change {}

    /** An outbox should be dealt to so many shards. */
    public record BeginReshard(String outbox, int shards, String by, String reason, ActorRef<StatusReply<Done>> replyTo)
            implements Change {}

    /** That was done, or `note` says why it was given up. */
    public record EndReshard(String outbox, boolean done, String note, ActorRef<StatusReply<Done>> replyTo)
            implements Change {}

    /** A person decided about rows that were put aside; that is noted before it is done. */
    public record NoteDecision(
            String outbox,
            Decision decision,
            List<String> events,
            String by,
            String reason,
            ActorRef<StatusReply<Done>> replyTo)
            implements Change {}

    /** A person changes a row that was put aside; that is noted before it is done. */
    public record NoteEdit(
            String outbox,
            String event,
            List<ParkedEdit.Field> fields,
            String by,
            String reason,
            ActorRef<StatusReply<Done>> replyTo)
            implements Change {}

    /** Events that were sent are to be sent again, or that ended. */
    public record NoteReplay(ReplayNote note, ActorRef<StatusReply<Done>> replyTo) implements Change {}

    /** What happened. */
    public sealed interface Event extends Wire {
        String outbox();

        Instant at();

        ControlState applied(ControlState before);
    }

    /** An operator wanted the shard to rest. */
    public record ShardPaused(String outbox, int shard, String by, String reason, Instant at) implements Event {
        @Override
        public ControlState applied(ControlState before) {
            String why = reason.isEmpty() ? "" : ": " + reason;
            return before.pausing(new ShardId(outbox, shard), "by " + by + " since " + at + why);
        }
    }

    /** An operator wanted the shard to run again. */
    public record ShardResumed(String outbox, int shard, String by, String reason, Instant at) implements Event {
        @Override
        public ControlState applied(ControlState before) {
            return before.resuming(new ShardId(outbox, shard));
        }
    }

    /** An operator wanted the shard on `node`, in the process `uid`; empty and 0 for wherever it is even. */
    public record ShardMoved(String outbox, int shard, String node, long uid, String by, String reason, Instant at)
            implements Event {
        @Override
        public ControlState applied(ControlState before) {
            ShardId moved = new ShardId(outbox, shard);
            return node.isEmpty() ? before.unpinning(moved) : before.pinning(moved, new Pin(node, uid));
        }
    }

    /** An operator had the shard start anew. */
    public record ShardRestarted(String outbox, int shard, String by, String reason, Instant at) implements Event {
        @Override
        public ControlState applied(ControlState before) {
            return before;
        }
    }

    /** An operator wanted the outbox to have so many shards. */
    public record ReshardBegun(String outbox, int shards, String by, String reason, Instant at) implements Event {
        @Override
        public ControlState applied(ControlState before) {
            return before.dealing(outbox, shards);
        }
    }

    /** The outbox has them now; or, if not `done`, it keeps those it had, for the reason in `note`. */
    public record ReshardEnded(String outbox, boolean done, String note, Instant at) implements Event {
        @Override
        public ControlState applied(ControlState before) {
            return before.dealt(outbox, done);
        }
    }

    /** An operator decided about these events, which had been put aside. */
    public record ParkedDecided(
            String outbox, Decision decision, List<String> events, String by, String reason, Instant at)
            implements Event {
        @Override
        public ControlState applied(ControlState before) {
            return before;
        }
    }

    /** An operator changed these fields of an event that had been put aside; never what was or is in them. */
    public record ParkedEdited(
            String outbox, String event, List<ParkedEdit.Field> fields, String by, String reason, Instant at)
            implements Event {
        @Override
        public ControlState applied(ControlState before) {
            return before;
        }
    }

    /** Events that had been sent were sent again: that began, or ended. */
    public record Replayed(ReplayNote note, Instant at) implements Event {
        @Override
        public String outbox() {
            return note.outbox();
        }

        @Override
        public ControlState applied(ControlState before) {
            return before;
        }
    }

    private final ActorRef<ControlState> listener;
    private final Clock clock;
    private long replayed;

    private ControlJournal(ActorRef<ControlState> listener, Clock clock) {
        super(ID, SupervisorStrategy.restartWithBackoff(RETRY_MIN, RETRY_MAX, 0.2));
        this.listener = listener;
        this.clock = clock;
    }

    /** `listener` is told the state after the replay and after every change. */
    public static Behavior<Asked> create(ActorRef<ControlState> listener, Clock clock) {
        return new ControlJournal(listener, clock);
    }

    @Override
    public ControlState emptyState() {
        return ControlState.EMPTY;
    }

    @Override
    public CommandHandler<Asked, Event, ControlState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Asked.class, this::decide)
                .build();
    }

    private Effect<Event, ControlState> decide(ControlState state, Asked asked) {
        Change change = asked.change();
        if (asked.known() < replayed) {
            return refuse(change, UNAVAILABLE + "another coordinator has written to the control journal; ask again");
        }
        if (change instanceof SetPaused wanted) {
            return setPaused(state, wanted);
        } else if (change instanceof SetPin wanted) {
            return setPin(state, wanted);
        } else if (change instanceof NoteRestart restart) {
            return noteRestart(state, restart);
        } else if (change instanceof BeginReshard begin) {
            return beginReshard(state, begin);
        } else if (change instanceof EndReshard end) {
            return endReshard(state, end);
        } else if (change instanceof NoteDecision decision) {
            return noteDecision(decision);
        } else if (change instanceof NoteReplay replay) {
            return write(replay, new Replayed(replay.note(), clock.instant()));
        }
        return noteEdit((NoteEdit) change);
    }

    @Override
    public EventHandler<ControlState, Event> eventHandler() {
        return ControlState::after;
    }

    /** So few events never need a snapshot, and the replay need not wait for their table. */
    @Override
    public Recovery recovery() {
        return Recovery.withSnapshotSelectionCriteria(SnapshotSelectionCriteria.none());
    }

    @Override
    public SignalHandler<ControlState> signalHandler() {
        return newSignalHandlerBuilder()
                .onSignal(RecoveryCompleted.class, (state, completed) -> replayed(state))
                .build();
    }

    private void replayed(ControlState state) {
        replayed = state.revision();
        listener.tell(state);
    }

    private Effect<Event, ControlState> setPaused(ControlState state, SetPaused change) {
        ShardId shard = change.shard();
        Integer target = state.resharding().get(shard.outbox());
        if (target != null) {
            return refuse(change, beingDealt(shard, target, "pause or resume shards of it afterwards"));
        }
        return write(
                change,
                change.paused()
                        ? new ShardPaused(shard.outbox(), shard.number(), change.by(), change.reason(), clock.instant())
                        : new ShardResumed(
                                shard.outbox(), shard.number(), change.by(), change.reason(), clock.instant()));
    }

    /** One that rests may move all the same, and rests there. */
    private Effect<Event, ControlState> setPin(ControlState state, SetPin change) {
        ShardId shard = change.shard();
        Integer target = state.resharding().get(shard.outbox());
        if (target != null) {
            return refuse(change, beingDealt(shard, target, "move shards of it afterwards"));
        }
        Pin pin = change.pin() == null ? new Pin("", 0) : change.pin();
        return write(
                change,
                new ShardMoved(
                        shard.outbox(),
                        shard.number(),
                        pin.node(),
                        pin.uid(),
                        change.by(),
                        change.reason(),
                        clock.instant()));
    }

    /** A shard that rests has nothing to start anew, and starts with a new claim when it is resumed. */
    private Effect<Event, ControlState> noteRestart(ControlState state, NoteRestart change) {
        ShardId shard = change.shard();
        Integer target = state.resharding().get(shard.outbox());
        if (target != null) {
            return refuse(change, beingDealt(shard, target, "its shards start anew by that"));
        }
        String who = state.paused().get(shard);
        if (who != null) {
            return refuse(change, "shard " + shard + " is paused " + who + "; resume it instead");
        }
        return write(
                change,
                new ShardRestarted(shard.outbox(), shard.number(), change.by(), change.reason(), clock.instant()));
    }

    private static String beingDealt(ShardId shard, int shards, String advice) {
        return "outbox " + shard.outbox() + " is being dealt to " + shards + " shards; " + advice;
    }

    /** Which of the new shards should be paused, nobody can tell, so none may be. */
    private Effect<Event, ControlState> beginReshard(ControlState state, BeginReshard change) {
        Integer target = state.resharding().get(change.outbox());
        if (target != null && target != change.shards()) {
            return refuse(change, "outbox " + change.outbox() + " is being dealt to " + target + " shards already");
        }
        List<Integer> paused = state.paused().keySet().stream()
                .filter(shard -> shard.outbox().equals(change.outbox()))
                .map(ShardId::number)
                .sorted()
                .toList();
        if (!paused.isEmpty()) {
            return refuse(
                    change, "shards " + paused + " of outbox " + change.outbox() + " are paused; resume them first");
        }
        return write(
                change,
                new ReshardBegun(change.outbox(), change.shards(), change.by(), change.reason(), clock.instant()));
    }

    /** Said again with each wake until it is known here; no operator waits for it. */
    private Effect<Event, ControlState> endReshard(ControlState state, EndReshard change) {
        return state.resharding().containsKey(change.outbox())
                ? write(change, new ReshardEnded(change.outbox(), change.done(), change.note(), clock.instant()))
                : confirm(change);
    }

    private Effect<Event, ControlState> noteDecision(NoteDecision change) {
        return write(
                change,
                new ParkedDecided(
                        change.outbox(),
                        change.decision(),
                        change.events(),
                        change.by(),
                        change.reason(),
                        clock.instant()));
    }

    private Effect<Event, ControlState> noteEdit(NoteEdit change) {
        return write(
                change,
                new ParkedEdited(
                        change.outbox(),
                        change.event(),
                        change.fields(),
                        change.by(),
                        change.reason(),
                        clock.instant()));
    }

    private Effect<Event, ControlState> write(Change change, Event event) {
        return Effect()
                .persist(event)
                .thenRun(listener::tell)
                .thenRun(after -> change.replyTo().tell(StatusReply.ack()));
    }

    private Effect<Event, ControlState> confirm(Change change) {
        return Effect().none().thenRun(same -> change.replyTo().tell(StatusReply.ack()));
    }

    private Effect<Event, ControlState> refuse(Change change, String reason) {
        return Effect().none().thenRun(same -> change.replyTo().tell(StatusReply.error(reason)));
    }
}
