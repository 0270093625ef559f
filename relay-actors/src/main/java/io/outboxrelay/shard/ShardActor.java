package io.outboxrelay.shard;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.metrics.ShardMetrics;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Claim;
import io.outboxrelay.store.Parked;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Holds one shard: its claim, its stream and what happens when either fails.
 *
 * <ol>
 *   <li>Cluster sharding starts it with the coordinator's first {@link Keep}, on whichever node it chose.
 *   <li>It claims the shard, which fences every earlier owner. A shard that is to be paused is claimed too, once, so
 *       that no earlier owner goes on and its backlog can be shown.
 *   <li>It starts the stream under that claim; rows flow without it.
 *   <li>To pause or to leave: the stream stops reading, what was read is published and settled, the claim is given
 *       back, and only then the actor pauses or stops. Past the drain limit it goes on without the stream.
 *   <li>After a failure: the claim is given back and, after a pause, taken again. FENCED is no failure of ours but
 *       somebody newer, of this cluster: it stops, and the next {@link Keep} starts it where sharding says.
 * </ol>
 *
 * If this dies halfway: before a claim nothing happened; with a claim, the next owner's claim fences it, and rows that
 * were published but not settled are published again; nothing is lost, because only the store says what is settled.
 * The actor keeps nothing that would have to survive it.
 */
public final class ShardActor {
    private static final Duration SAMPLE_EVERY = Duration.ofSeconds(1);

    /** What the actor understands. */
    public sealed interface Command {}

    /**
     * The coordinator's word: the shard should run, or rest. Repeated for ever, so it also wakes the shard.
     *
     * @param why it should rest, in words; null, as the revision, from a coordinator of an earlier version
     * @param revision of what operators want; a word of an earlier one comes late
     */
    public record Keep(
            boolean paused, @Nullable String why, @Nullable Long revision) implements Command, Wire {}

    /** Answered in every phase. */
    public record GetStatus(ActorRef<ShardStatus> replyTo) implements Command, Wire {}

    /** Answered in every phase, without a look at the database. */
    public record GetPhase(ActorRef<PhaseIs> replyTo) implements Command, Wire {}

    /** The phase at that moment. */
    public record PhaseIs(Phase phase) implements Wire {}

    /** An operator wants it to start anew where it is, under a new claim; answered in every phase. */
    public record Restart(ActorRef<Restarting> replyTo) implements Command, Wire {}

    /**
     * What the shard was doing.
     *
     * @param epoch it begins anew under a greater one
     */
    public record Restarting(Phase phase, long epoch) implements Wire {}

    /** Orders without any detail. */
    public enum Order implements Command, Wire {
        /** From cluster sharding: leave this node, finish what is in flight, give the claim back, stop. */
        DRAIN,
        /** Rows that were put aside may go out now: start over with them, where rows flow or a failure is waited out. */
        TRY_AGAIN
    }

    enum Alarm implements Command {
        /** The pause after a failure is over. */
        RETRY,
        /** What should have ended has not. */
        LIMIT,
        /** Time to look at the stream's counters. */
        SAMPLE
    }

    record Claimed(Claim claim) implements Command {}

    record ClaimFailed(RelayException error) implements Command {}

    /** `error` is null when the stream was drained. */
    record StreamEnded(long epoch, @Nullable RelayException error) implements Command {}

    /** `error` is null when it worked. */
    record Released(long epoch, @Nullable RelayException error) implements Command {}

    /** Null is what could not be learned in time. */
    record BacklogKnown(
            ActorRef<ShardStatus> replyTo,
            @Nullable Backlog backlog,
            @Nullable Parked parked) implements Command {}

    private final TimerScheduler<Command> timers;
    private final ShardSetup setup;
    private final ShardLog log;
    private final ShardCalls calls;
    private final LatestWord latest;

    private ShardActor(ActorContext<Command> context, TimerScheduler<Command> timers, ShardSetup setup) {
        context.setLoggerName(ShardActor.class);
        this.timers = timers;
        this.setup = setup;
        ShardMetrics metrics = setup.metrics(context.getSystem());
        this.log = new ShardLog(context, metrics);
        this.calls = new ShardCalls(context, setup, metrics);
        this.latest = new LatestWord(setup.nanoTime());
    }

    public static Behavior<Command> create(ShardSetup setup) {
        return Behaviors.withMdc(
                Command.class,
                Map.of(LogKeys.SHARD, setup.shard().toString()),
                Behaviors.setup(context -> Behaviors.withTimers(timers -> new ShardActor(context, timers, setup)
                        .waiting(ShardState.waiting(setup.nanoTime().getAsLong())))));
    }

    // ---- waiting: nobody has said yet whether rows should flow

    private Behavior<Command> waiting(ShardState state) {
        return ending(answering(state, null)
                .onMessage(Keep.class, keep -> claim(state.told(keep)))
                .onMessageEquals(Order.DRAIN, () -> stop(state.heading(Goal.STOP))));
    }

    // ---- claiming

    private Behavior<Command> claim(ShardState before) {
        return claiming(enter(Phase.CLAIMING, before), calls.claim());
    }

    private Behavior<Command> claiming(ShardState state, CompletionStage<Claim> pending) {
        return ending(answering(state, null)
                .onMessage(Keep.class, keep -> claiming(state.told(keep), pending))
                .onMessageEquals(Order.DRAIN, () -> leave(state.heading(Goal.STOP), pending))
                .onMessage(Claimed.class, taken -> claimed(state, taken.claim()))
                .onMessage(ClaimFailed.class, refused -> claimFailed(state, refused.error()))
                .onMessageEquals(Alarm.LIMIT, () -> stop(state))
                .onSignal(PostStop.class, stopped -> abandon(pending)));
    }

    private Behavior<Command> leave(ShardState state, CompletionStage<Claim> pending) {
        startLimit();
        return claiming(state, pending);
    }

    private Behavior<Command> claimed(ShardState state, Claim claim) {
        return switch (state.goal()) {
            case RELAY -> relay(state.claimed(claim));
            case PAUSE, YIELD, STOP -> release(enter(Phase.DRAINING, state.claimed(claim)), claim, true);
        };
    }

    private Behavior<Command> claimFailed(ShardState before, RelayException error) {
        ShardState state = before.failed(error);
        log.failure("the claim failed", state, error);
        return next(error.fault() == Fault.FENCED ? state.heading(Goal.YIELD) : state);
    }

    /** A claim that arrives when nobody waits for it any more is given back. */
    private Behavior<Command> abandon(CompletionStage<Claim> pending) {
        pending.thenAccept(calls::releaseUnseen);
        return Behaviors.same();
    }

    // ---- relaying

    private Behavior<Command> relay(ShardState before) {
        ShardState state = enter(Phase.RELAYING, before);
        ShardRun run = calls.start(state.heldClaim());
        timers.startTimerAtFixedRate(Alarm.SAMPLE, SAMPLE_EVERY);
        return relaying(state, run);
    }

    private Behavior<Command> relaying(ShardState state, ShardRun run) {
        return ending(answering(state, run)
                .onMessage(Keep.class, keep -> keep.paused() ? drain(state.told(keep), run) : Behaviors.same())
                .onMessageEquals(Order.DRAIN, () -> drain(state.heading(Goal.STOP), run))
                .onMessageEquals(Order.TRY_AGAIN, () -> drain(state, run))
                .onMessage(Restart.class, asked -> drain(restarting(state, asked), run))
                .onMessage(StreamEnded.class, run::isEnded, ended -> broken(state, run, ended))
                .onMessageEquals(Alarm.SAMPLE, () -> relaying(sampled(state, run), run))
                .onSignal(PostStop.class, stopped -> cutShort(run)));
    }

    private Behavior<Command> broken(ShardState before, ShardRun run, StreamEnded ended) {
        RelayException error = ended.error() == null
                ? new RelayException(Fault.TRANSIENT, "shard " + setup.shard() + ": the store ended the stream")
                : ended.error();
        boolean progressed = run.trail().meter().settledRows() > 0;
        ShardState state = (progressed ? before.recovered() : before).after(run).failed(error);
        log.failure("the stream failed", state, error);
        end(run);
        return error.fault() == Fault.FENCED
                ? release(enter(Phase.DRAINING, state.heading(Goal.YIELD)), run.claim(), false)
                : release(enter(Phase.after(error.fault()), state), run.claim(), false);
    }

    // ---- draining: the stream publishes and settles what it has read

    private Behavior<Command> drain(ShardState state, ShardRun run) {
        run.drain();
        startLimit();
        return draining(enter(Phase.DRAINING, state), run);
    }

    private Behavior<Command> draining(ShardState state, ShardRun run) {
        return ending(answering(state, run)
                .onMessage(Keep.class, keep -> draining(state.told(keep), run))
                .onMessageEquals(Order.DRAIN, () -> draining(state.heading(Goal.STOP), run))
                .onMessage(StreamEnded.class, run::isEnded, ended -> drained(state, run, ended.error()))
                .onMessageEquals(Alarm.SAMPLE, () -> draining(sampled(state, run), run))
                .onMessageEquals(Alarm.LIMIT, () -> overran(state, run))
                .onSignal(PostStop.class, stopped -> cutShort(run)));
    }

    private Behavior<Command> drained(ShardState before, ShardRun run, @Nullable RelayException error) {
        end(run);
        ShardState state = before.after(run);
        if (error == null) {
            return release(state, run.claim(), true);
        }
        log.failure("draining failed", state, error);
        ShardState failed = state.failed(error);
        return release(error.fault() == Fault.FENCED ? failed.heading(Goal.YIELD) : failed, run.claim(), false);
    }

    /** What was published and not settled is published again by the next owner: better than to hang. */
    private Behavior<Command> overran(ShardState state, ShardRun run) {
        RelayException late = run.overdue(setup.settings().drainTimeout());
        return state.goal() == Goal.STOP ? stopOverdue(state, late) : drained(state, run, late);
    }

    /** The rest is the safety net's: it ends the stream and gives the claim back, and nobody waits for it. */
    private Behavior<Command> stopOverdue(ShardState state, RelayException late) {
        log.failure("draining failed", state, late);
        return stop(state.failed(late));
    }

    // ---- releasing: the claim is being given back

    private Behavior<Command> release(ShardState state, Claim held, boolean drained) {
        calls.release(held, drained);
        startLimit();
        return releasing(state, held);
    }

    private Behavior<Command> releasing(ShardState state, Claim held) {
        return ending(answering(state, null)
                .onMessage(Keep.class, keep -> releasing(state.told(keep), held))
                .onMessageEquals(Order.DRAIN, () -> releasing(state.heading(Goal.STOP), held))
                .onMessage(Restart.class, asked -> releasing(restarting(state, asked), held))
                .onMessage(Released.class, done -> done.epoch() == held.epoch(), done -> released(state, done))
                .onMessageEquals(Alarm.LIMIT, () -> next(state)));
    }

    private Behavior<Command> released(ShardState state, Released done) {
        RelayException error = done.error();
        if (error == null) {
            return next(state);
        }
        log.failure("the claim could not be given back", state, error);
        boolean fenced = error.fault() == Fault.FENCED && state.goal() == Goal.RELAY && state.phase() != Phase.HALTED;
        return next(fenced ? state.heading(Goal.YIELD) : state);
    }

    /** Nothing is held and nothing runs: on to the goal. */
    private Behavior<Command> next(ShardState state) {
        timers.cancel(Alarm.LIMIT);
        return switch (state.goal()) {
            case RELAY ->
                state.failures() > 0 && state.lastError() != null ? retry(state, state.lastError()) : claim(state);
            case PAUSE -> paused(enter(Phase.PAUSED, state));
            case YIELD, STOP -> stop(state);
        };
    }

    // ---- retrying, shown as halted where only a person can help

    private Behavior<Command> retry(ShardState before, RelayException error) {
        Phase phase = Phase.after(error.fault());
        ShardState state = before.phase() == phase ? before : enter(phase, before);
        Duration pause = phase == Phase.HALTED
                ? setup.settings().retry().backoffMax()
                : setup.backoff()
                        .pause(state.failures(), ThreadLocalRandom.current().nextDouble());
        timers.startSingleTimer(Alarm.RETRY, pause);
        return retrying(state);
    }

    private Behavior<Command> retrying(ShardState state) {
        return ending(answering(state, null)
                .onMessage(Keep.class, keep -> keep.paused() ? rest(state.told(keep)) : Behaviors.same())
                .onMessageEquals(Order.DRAIN, () -> rest(state.heading(Goal.STOP)))
                .onMessageEquals(Order.TRY_AGAIN, () -> claimNow(state))
                .onMessage(Restart.class, asked -> claimNow(restarting(state, asked)))
                .onMessageEquals(Alarm.RETRY, () -> claim(state)));
    }

    private Behavior<Command> claimNow(ShardState state) {
        timers.cancel(Alarm.RETRY);
        return claim(state);
    }

    private Behavior<Command> rest(ShardState state) {
        timers.cancel(Alarm.RETRY);
        return next(state);
    }

    // ---- paused: an operator wants it so; the claim is given back

    private Behavior<Command> paused(ShardState state) {
        return ending(answering(state, null)
                .onMessage(
                        Keep.class,
                        keep -> keep.paused()
                                ? paused(state.told(keep))
                                : claim(state.recovered().told(keep)))
                .onMessageEquals(Order.DRAIN, () -> stop(state.heading(Goal.STOP))));
    }

    // ---- stopped

    private Behavior<Command> stop(ShardState state) {
        ShardState last = enter(Phase.STOPPED, state);
        if (last.goal() == Goal.STOP) {
            setup.onDrained().accept(setup.shard());
        }
        return Behaviors.stopped();
    }

    /** The safety net for a stop that was not asked for, or took too long. */
    private Behavior<Command> cutShort(ShardRun run) {
        run.end();
        calls.releaseUnseen(run.claim());
        return Behaviors.same();
    }

    // ---- in every phase

    private BehaviorBuilder<Command> answering(ShardState state, @Nullable ShardRun run) {
        ShardAnswers answers = new ShardAnswers(calls, new ShardReport(setup, state, run));
        return Behaviors.receive(Command.class)
                .onMessage(Keep.class, latest::overtook, late -> Behaviors.same())
                .onMessage(GetStatus.class, answers::status)
                .onMessage(GetPhase.class, answers::phase)
                .onMessage(Restart.class, answers::needsNoRestart, answers::restarting)
                .onMessage(BacklogKnown.class, answers::status);
    }

    /** Ends of streams and releases that nobody waits for any more, because their limit had passed. */
    private static Behavior<Command> ending(BehaviorBuilder<Command> phase) {
        return phase.onMessageEquals(Order.TRY_AGAIN, Behaviors::same) // it comes to that by itself
                .onMessage(StreamEnded.class, late -> Behaviors.same())
                .onMessage(Released.class, late -> Behaviors.same())
                .build();
    }

    /** What went wrong before does not count any more. */
    private static ShardState restarting(ShardState state, Restart asked) {
        ShardAnswers.restarting(state, asked);
        return state.recovered();
    }

    private ShardState sampled(ShardState state, ShardRun run) {
        return state.sampled(
                run, setup.nanoTime().getAsLong(), setup.settings().retry().backoffMax());
    }

    private ShardState enter(Phase next, ShardState before) {
        ShardState state = before.in(next, setup.nanoTime().getAsLong());
        log.phase(before.phase(), state);
        return state;
    }

    private void end(ShardRun run) {
        timers.cancel(Alarm.SAMPLE);
        run.end();
    }

    private void startLimit() {
        if (!timers.isTimerActive(Alarm.LIMIT)) {
            timers.startSingleTimer(Alarm.LIMIT, setup.settings().drainTimeout());
        }
    }
}
