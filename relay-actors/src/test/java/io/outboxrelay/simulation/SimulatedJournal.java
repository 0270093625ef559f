package io.outboxrelay.simulation;

import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.ControlJournal.Asked;
import io.outboxrelay.control.ControlJournal.Change;
import io.outboxrelay.control.ControlJournal.Event;
import io.outboxrelay.control.ControlState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.StashBuffer;
import org.apache.pekko.pattern.StatusReply;
import org.jspecify.annotations.Nullable;

/**
 * Stands in for {@link ControlJournal}: the same changes, events and answers, kept in the simulated database. Like it, it
 * replays first, writes one event at a time, starts over when a write fails, and cannot write where another has written.
 */
final class SimulatedJournal {
    private static final Duration RETRY_AFTER = Duration.ofMillis(300);
    private static final int STASHED_AT_MOST = 1000;

    private record Replayed(
            @Nullable List<Event> events, @Nullable Throwable failure) {}

    private record Written(
            Change change, Event event, @Nullable Boolean done) {}

    private enum Alarm {
        REPLAY
    }

    private final ActorContext<Object> context;
    private final StashBuffer<Object> stash;
    private final ActorRef<ControlState> listener;
    private final SimulatedDatabase database;
    private final DatabaseLink link;
    private final Design design;
    private long replayed;

    private SimulatedJournal(
            ActorContext<Object> context,
            StashBuffer<Object> stash,
            ActorRef<ControlState> listener,
            SimulatedDatabase database,
            DatabaseLink link,
            Design design) {
        this.context = context;
        this.stash = stash;
        this.listener = listener;
        this.database = database;
        this.link = link;
        this.design = design;
    }

    static Behavior<Asked> create(
            ActorRef<ControlState> listener, SimulatedDatabase database, DatabaseLink link, Design design) {
        Behavior<Object> journal = Behaviors.setup(context -> Behaviors.withStash(
                STASHED_AT_MOST,
                stash -> new SimulatedJournal(context, stash, listener, database, link, design).replay()));
        return journal.narrow();
    }

    private Behavior<Object> replay() {
        context.pipeToSelf(
                link.call("replay", () -> CompletableFuture.completedFuture(database.journal())), Replayed::new);
        return Behaviors.receive(Object.class)
                .onMessage(Replayed.class, this::replayed)
                .onMessageEquals(Alarm.REPLAY, this::replay)
                .onMessage(Asked.class, this::later)
                .build();
    }

    private Behavior<Object> later(Object message) {
        stash.stash(message);
        return Behaviors.same();
    }

    private Behavior<Object> replayed(Replayed replayed) {
        List<Event> events = replayed.events();
        if (events == null) {
            context.scheduleOnce(RETRY_AFTER, context.getSelf(), Alarm.REPLAY);
            return Behaviors.same();
        }
        ControlState state = ControlState.EMPTY;
        for (Event event : design.replay().apply(events)) {
            state = state.after(event);
        }
        this.replayed = state.revision();
        listener.tell(state);
        return stash.unstashAll(ready(state, events.size()));
    }

    private Behavior<Object> ready(ControlState state, int known) {
        return Behaviors.receive(Object.class)
                .onMessage(Asked.class, asked -> decide(state, known, asked))
                .build();
    }

    private Behavior<Object> decide(ControlState state, int known, Asked asked) {
        Change change = asked.change();
        if (asked.known() < replayed) {
            change.replyTo().tell(StatusReply.error(ControlJournal.UNAVAILABLE + "ask again"));
            return Behaviors.same();
        }
        Decided decided = Decided.of(state, change);
        Event event = decided.event();
        if (event == null) {
            change.replyTo().tell(decided.refusal() == null ? StatusReply.ack() : StatusReply.error(decided.refusal()));
            return Behaviors.same();
        }
        context.pipeToSelf(
                link.call("write " + event, () -> CompletableFuture.completedFuture(database.append(known, event))),
                (done, failure) -> new Written(change, event, failure == null ? done : null));
        return Behaviors.receive(Object.class)
                .onMessage(Written.class, written -> written(state, known, written))
                .onMessage(Asked.class, this::later)
                .build();
    }

    /** A write that failed may have been done; only the next replay knows. */
    private Behavior<Object> written(ControlState state, int known, Written written) {
        if (!Boolean.TRUE.equals(written.done())) {
            return replay();
        }
        ControlState after = state.after(written.event());
        listener.tell(after);
        written.change().replyTo().tell(StatusReply.ack());
        return stash.unstashAll(ready(after, known + 1));
    }

    /** The event to write, or why there is none; neither where there is nothing to do. */
    private record Decided(@Nullable Event event, @Nullable String refusal) {
        private static final Decided NOTHING = new Decided(null, null);

        static Decided of(ControlState state, Change change) {
            if (change instanceof ControlJournal.SetPaused asked) {
                return pausing(state, asked);
            } else if (change instanceof ControlJournal.BeginReshard asked) {
                return dealing(state, asked);
            } else if (change instanceof ControlJournal.EndReshard asked) {
                return state.resharding().containsKey(asked.outbox())
                        ? write(new ControlJournal.ReshardEnded(
                                asked.outbox(), asked.done(), asked.note(), Instant.EPOCH))
                        : NOTHING;
            }
            throw new IllegalArgumentException("not simulated: " + change);
        }

        private static Decided pausing(ControlState state, ControlJournal.SetPaused asked) {
            String outbox = asked.shard().outbox();
            if (state.resharding().containsKey(outbox)) {
                return refuse("outbox " + outbox + " is being dealt");
            }
            int shard = asked.shard().number();
            return write(
                    asked.paused()
                            ? new ControlJournal.ShardPaused(outbox, shard, asked.by(), asked.reason(), Instant.EPOCH)
                            : new ControlJournal.ShardResumed(
                                    outbox, shard, asked.by(), asked.reason(), Instant.EPOCH));
        }

        private static Decided dealing(ControlState state, ControlJournal.BeginReshard asked) {
            Integer target = state.resharding().get(asked.outbox());
            if (target != null && target != asked.shards()) {
                return refuse("outbox is being dealt to " + target + " already");
            }
            return state.paused().isEmpty()
                    ? write(new ControlJournal.ReshardBegun(
                            asked.outbox(), asked.shards(), asked.by(), asked.reason(), Instant.EPOCH))
                    : refuse("shards are paused; resume them first");
        }

        private static Decided write(Event event) {
            return new Decided(event, null);
        }

        private static Decided refuse(String why) {
            return new Decided(null, why);
        }
    }
}
