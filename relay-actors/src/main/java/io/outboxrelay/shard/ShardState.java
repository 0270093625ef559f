package io.outboxrelay.shard;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.model.Claim;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What a shard actor knows between two messages, apart from a running stream.
 *
 * @param sinceNanos when the phase was entered
 * @param failures in a row
 * @param claim the last one; `position` is where settling stood when it was last looked at
 * @param publishedRows by the runs that have ended
 */
record ShardState(
        Phase phase,
        long sinceNanos,
        Goal goal,
        int failures,
        @Nullable RelayException lastError,
        @Nullable Claim claim,
        long publishedRows,
        Rate rate) {

    static ShardState waiting(long nowNanos) {
        return new ShardState(Phase.WAITING, nowNanos, Goal.RELAY, 0, null, null, 0, Rate.NONE);
    }

    ShardState in(Phase next, long nowNanos) {
        if (!phase.next().contains(next)) {
            throw new IllegalStateException("a shard cannot go from " + phase + " to " + next);
        }
        return new ShardState(next, nowNanos, goal, failures, lastError, claim, publishedRows, rate);
    }

    /** Changes the goal unless the shard is leaving. */
    ShardState heading(Goal next) {
        boolean stays = goal.isFinal() && next != Goal.STOP;
        return new ShardState(phase, sinceNanos, stays ? goal : next, failures, lastError, claim, publishedRows, rate);
    }

    ShardState failed(RelayException error) {
        return new ShardState(phase, sinceNanos, goal, failures + 1, error, claim, publishedRows, rate);
    }

    /** Whatever went wrong is over. */
    ShardState recovered() {
        return new ShardState(phase, sinceNanos, goal, 0, null, claim, publishedRows, rate);
    }

    ShardState claimed(Claim taken) {
        return new ShardState(phase, sinceNanos, goal, failures, lastError, taken, publishedRows, rate);
    }

    /**
     * Looks at a running stream: trouble is over once rows were settled again, or where none have waited for
     * `quiet` in this phase.
     */
    ShardState sampled(ShardMeter meter, long nowNanos, Duration quiet) {
        boolean calm = meter.inFlightRows() == 0 && nowNanos - sinceNanos > quiet.toNanos();
        ShardState state = failures > 0 && (meter.settledRows() > 0 || calm) ? recovered() : this;
        Rate next = rate.sampled(nowNanos, meter.settledRows());
        return new ShardState(phase, sinceNanos, goal, state.failures(), state.lastError(), claim, publishedRows, next);
    }

    /** The stream is over; what it did is kept. */
    ShardState after(ShardRun run) {
        long published = publishedRows + run.trail().meter().publishedRows();
        return new ShardState(phase, sinceNanos, goal, failures, lastError, run.reached(), published, Rate.NONE);
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
