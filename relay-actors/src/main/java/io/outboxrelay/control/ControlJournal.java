package io.outboxrelay.control;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.model.ShardId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.SupervisorStrategy;
import org.apache.pekko.persistence.typed.PersistenceId;
import org.apache.pekko.persistence.typed.RecoveryCompleted;
import org.apache.pekko.persistence.typed.SnapshotSelectionCriteria;
import org.apache.pekko.persistence.typed.javadsl.CommandHandler;
import org.apache.pekko.persistence.typed.javadsl.Effect;
import org.apache.pekko.persistence.typed.javadsl.EventHandler;
import org.apache.pekko.persistence.typed.javadsl.EventSourcedBehavior;
import org.apache.pekko.persistence.typed.javadsl.Recovery;
import org.apache.pekko.persistence.typed.javadsl.SignalHandler;

/**
 * Keeps operator intent.
 *
 * <ol>
 *   <li>It replays all events and tells the coordinator the result; until then nobody may start a shard.
 *   <li>A change is written first; then the coordinator learns of it, then the operator.
 *   <li>A change that changes nothing is confirmed without an event.
 * </ol>
 *
 * If this dies halfway: a change is either in the journal, and counts from the next replay on, or it is not, and the
 * operator got no confirmation. While the journal's database is down it starts over, ever more slowly.
 */
public final class ControlJournal
        extends EventSourcedBehavior<ControlJournal.Change, ControlJournal.Event, ControlState> {
    static final PersistenceId ID = PersistenceId.ofUniqueId("control");

    private static final Duration RETRY_MIN = Duration.ofMillis(200);
    private static final Duration RETRY_MAX = Duration.ofSeconds(10);

    /** A shard should rest or run. Confirmed with Done; not at all when it could not be written. */
    public record Change(ShardId shard, boolean paused, String by, String reason, ActorRef<Done> replyTo) {}

    /** What happened. */
    public sealed interface Event extends Wire {
        String outbox();

        int shard();

        String by();

        String reason();

        Instant at();

        /** Whether the shard rests from here on. */
        boolean pauses();

        default ShardId shardId() {
            return new ShardId(outbox(), shard());
        }
    }

    /** An operator wanted the shard to rest. */
    public record ShardPaused(String outbox, int shard, String by, String reason, Instant at) implements Event {
        @Override
        public boolean pauses() {
            return true;
        }
    }

    /** An operator wanted the shard to run again. */
    public record ShardResumed(String outbox, int shard, String by, String reason, Instant at) implements Event {
        @Override
        public boolean pauses() {
            return false;
        }
    }

    private final ActorRef<ControlState> listener;
    private final Clock clock;

    private ControlJournal(ActorRef<ControlState> listener, Clock clock) {
        super(ID, SupervisorStrategy.restartWithBackoff(RETRY_MIN, RETRY_MAX, 0.2));
        this.listener = listener;
        this.clock = clock;
    }

    /** `listener` is told the state after the replay and after every change. */
    public static Behavior<Change> create(ActorRef<ControlState> listener, Clock clock) {
        return new ControlJournal(listener, clock);
    }

    @Override
    public ControlState emptyState() {
        return ControlState.EMPTY;
    }

    @Override
    public CommandHandler<Change, Event, ControlState> commandHandler() {
        return newCommandHandlerBuilder()
                .forAnyState()
                .onCommand(Change.class, this::change)
                .build();
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
                .onSignal(RecoveryCompleted.class, (state, completed) -> listener.tell(state))
                .build();
    }

    private Effect<Event, ControlState> change(ControlState state, Change change) {
        if (state.isPaused(change.shard()) == change.paused()) {
            return Effect().none().thenRun(same -> change.replyTo().tell(Done.getInstance()));
        }
        return Effect()
                .persist(event(change))
                .thenRun(listener::tell)
                .thenRun(after -> change.replyTo().tell(Done.getInstance()));
    }

    private Event event(Change change) {
        String outbox = change.shard().outbox();
        int shard = change.shard().number();
        return change.paused()
                ? new ShardPaused(outbox, shard, change.by(), change.reason(), clock.instant())
                : new ShardResumed(outbox, shard, change.by(), change.reason(), clock.instant());
    }
}
