package io.outboxrelay.shard;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Claim;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a shard actor knows between two messages, apart from a running stream.
 *
 * @param sinceNanos when the phase was entered
 * @param rest why it was told to rest; otherwise empty
 * @param failures in a row
 * @param claim the last one; `position` is where settling stood when it was last looked at
 * @param publishedRows by the runs that have ended
 */
record ShardState(
        Phase phase,
        long sinceNanos,
        Goal goal,
        String rest,
        int failures,
        @Nullable RelayException lastError,
        @Nullable Claim claim,
        long publishedRows,
        Rate rate,
        Progress progress) {

    static ShardState waiting(long nowNanos) {
        return new ShardState(
                Phase.WAITING, nowNanos, Goal.RELAY, "", 0, null, null, 0, Rate.NONE, Progress.at(nowNanos));
    }

    /** Time that was spent paused does not count. */
    ShardState in(Phase next, long nowNanos) {
        if (!phase.next().contains(next)) {
            throw new IllegalStateException("a shard cannot go from " + phase + " to " + next);
        }
        Progress made = phase == Phase.PAUSED ? Progress.at(nowNanos) : progress;
        return new ShardState(next, nowNanos, goal, rest, failures, lastError, claim, publishedRows, rate, made);
    }

    /** Heads for what the coordinator wants. */
    ShardState told(ShardActor.Keep keep) {
        String why = keep.why() == null ? "" : keep.why();
        ShardState state = heading(Goal.of(keep));
        return new ShardState(
                state.phase(),
                sinceNanos,
                state.goal(),
                why,
                failures,
                lastError,
                claim,
                publishedRows,
                rate,
                progress);
    }

    /** Changes the goal unless the shard is leaving. */
    ShardState heading(Goal next) {
        boolean stays = goal.isFinal() && next != Goal.STOP;
        return new ShardState(
                phase,
                sinceNanos,
                stays ? goal : next,
                rest,
                failures,
                lastError,
                claim,
                publishedRows,
                rate,
                progress);
    }

    ShardState failed(RelayException error) {
        return new ShardState(phase, sinceNanos, goal, rest, failures + 1, error, claim, publishedRows, rate, progress);
    }

    /** Whatever went wrong is over. */
    ShardState recovered() {
        return new ShardState(phase, sinceNanos, goal, rest, 0, null, claim, publishedRows, rate, progress);
    }

    ShardState claimed(Claim taken) {
        return new ShardState(
                phase, sinceNanos, goal, rest, failures, lastError, taken, publishedRows, rate, progress.restarted());
    }

    /**
     * Looks at a running stream: trouble is over once rows were settled again, or where none have waited for
     * `quiet` in this phase.
     */
    ShardState sampled(ShardRun run, long nowNanos, Duration quiet) {
        boolean calm = run.meter().inFlightRows() == 0 && nowNanos - sinceNanos > quiet.toNanos();
        ShardState state = failures > 0 && (run.meter().settledRows() > 0 || calm) ? recovered() : this;
        Rate next = rate.sampled(nowNanos, run.meter().settledRows());
        return new ShardState(
                phase,
                sinceNanos,
                goal,
                rest,
                state.failures(),
                state.lastError(),
                claim,
                publishedRows,
                next,
                state.looked(run, nowNanos));
    }

    /** How far it is by now. */
    Progress looked(ShardRun run, long nowNanos) {
        return progress.looked(run.meter(), failures > 0, !run.gate().held().isEmpty(), nowNanos);
    }

    /** The stream is over; what it did is kept. */
    ShardState after(ShardRun run) {
        long published = publishedRows + run.meter().publishedRows();
        return new ShardState(
                phase, sinceNanos, goal, rest, failures, lastError, run.reached(), published, Rate.NONE, progress);
    }

    long epoch() {
        return claim == null ? 0 : claim.epoch();
    }

    Claim heldClaim() {
        if (claim == null) {
            throw new IllegalStateException("no claim is held in phase " + phase);
        }
        return claim;
    }
}
