package io.outboxrelay.shard;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.model.ShardId;
import org.jspecify.annotations.Nullable;

/**
 * How one shard is doing, as people see it.
 *
 * @param node host:port of the node that holds the shard
 * @param epoch of the last claim; 0 before the first
 * @param rowsWaiting committed and not acknowledged; -1 where it could not be learned in time
 * @param rowsWaitingCapped more rows may wait than were counted
 * @param oldestWaitingSeconds age of the oldest of them; -1 where unknown
 * @param ratePerSecond rows settled, over the last five seconds
 * @param rowsInFlight read and not settled: what a crash now can repeat at most
 * @param publishedRows since the actor was started
 * @param parkedRows that were put aside, whatever they wait for; -1 where unknown
 * @param blockedAggregates of which events wait for a person's decision on an earlier one; -1 where unknown
 * @param stuck rows wait, and nothing got on for as long as `stuck-after`
 * @param reason why, in words
 * @param attempt failures in a row so far
 * @param unready stuck, and its node is not ready for that; false from nodes of version 0.1.0
 */
public record ShardStatus(
        String outbox,
        int shard,
        @Nullable String node,
        Phase phase,
        long epoch,
        @Nullable String position,
        long rowsWaiting,
        boolean rowsWaitingCapped,
        double oldestWaitingSeconds,
        double ratePerSecond,
        long rowsInFlight,
        long publishedRows,
        long parkedRows,
        long blockedAggregates,
        boolean stuck,
        @Nullable String reason,
        @Nullable String lastError,
        @Nullable Fault lastErrorFault,
        double phaseSinceSeconds,
        int attempt,
        boolean unready)
        implements Wire {

    /** Stands in for a shard that could not be asked. */
    public static ShardStatus unknown(ShardId shard, String reason) {
        return new ShardStatus(
                shard.outbox(),
                shard.number(),
                null,
                Phase.UNKNOWN,
                0,
                null,
                -1,
                false,
                -1,
                0,
                0,
                0,
                -1,
                -1,
                false,
                null,
                reason,
                null,
                0,
                0,
                false);
    }
}
