package io.outboxrelay.shard;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Claim;
import io.outboxrelay.store.Parked;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts a shard's status together. Pure. */
record ShardReport(
        ShardSetup setup, ShardState state, @Nullable ShardRun run) {

    /** The claim to ask the store with: the held one, else the last one. */
    @Nullable
    Claim claim() {
        return run == null ? state.claim() : run.claim();
    }

    /** Null is what could not be learned. */
    ShardStatus status(@Nullable Backlog backlog, @Nullable Parked parked) {
        RelayException error = state.lastError();
        Standstill standstill = standstill(backlog);
        String reason = standstill.reason(setup.settings().stuckAfter());
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
                run == null ? 0 : run.meter().inFlightRows(),
                state.publishedRows() + (run == null ? 0 : run.meter().publishedRows()),
                parked == null ? -1 : parked.rows(),
                parked == null ? -1 : parked.blocked().size(),
                reason != null,
                reason,
                error == null ? null : error.getMessage(),
                error == null ? null : error.fault(),
                seconds(setup.nanoTime().getAsLong() - state.sinceNanos()),
                state.failures(),
                reason != null && standstill.isOfThisNode());
    }

    private @Nullable String position() {
        Claim claim = state.claim();
        if (run != null) {
            return run.trail().position().toString();
        }
        return claim == null ? null : claim.position().toString();
    }

    private Standstill standstill(@Nullable Backlog backlog) {
        long now = setup.nanoTime().getAsLong();
        RelayException error = state.lastError();
        return new Standstill(
                now,
                state.phase(),
                state.sinceNanos(),
                run == null ? state.progress() : state.looked(run, now),
                state.rest(),
                state.failures(),
                error == null ? null : error.getMessage(),
                backlog,
                run == null ? 0 : run.meter().inFlightRows(),
                run == null ? 0 : run.meter().unansweredRows(),
                run == null ? Set.of() : run.gate().underWay(),
                run == null ? Set.of() : run.gate().held());
    }

    private static double seconds(long nanos) {
        return nanos / 1e9;
    }
}
