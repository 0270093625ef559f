package io.outboxrelay.shard;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Claim;
import org.jspecify.annotations.Nullable;

/** Puts a shard's status together. Pure. */
record ShardReport(
        ShardSetup setup, ShardState state, @Nullable ShardRun run) {

    /** The claim to ask the store with: the held one, else the last one. */
    @Nullable
    Claim claim() {
        return run == null ? state.claim() : run.claim();
    }

    /** `backlog` is null where it could not be learned. */
    ShardStatus status(@Nullable Backlog backlog) {
        RelayException error = state.lastError();
        return new ShardStatus(
                setup.shard().outbox(),
                setup.shard().number(),
                setup.node(),
                state.phase(),
                state.epoch(),
                position(),
                backlog == null ? -1 : backlog.rows(),
                backlog != null && backlog.capped(),
                backlog == null ? -1 : seconds(backlog.oldestAge().toNanos()),
                state.rate().perSecond(),
                run == null ? 0 : meter(run).inFlightRows(),
                state.publishedRows() + (run == null ? 0 : meter(run).publishedRows()),
                error == null ? null : error.getMessage(),
                error == null ? null : error.fault(),
                seconds(setup.nanoTime().getAsLong() - state.sinceNanos()),
                state.failures());
    }

    private @Nullable String position() {
        Claim claim = state.claim();
        if (run != null) {
            return run.trail().position().toString();
        }
        return claim == null ? null : claim.position().toString();
    }

    private static ShardMeter meter(ShardRun run) {
        return run.trail().meter();
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
