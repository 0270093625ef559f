package io.outboxrelay.shard;

import io.outboxrelay.graph.ShardMeter;

/**
 * When a shard last got on, by looking at its counters now and then. Pure.
 *
 * @param madeNanos when rows were last published or put aside for good, or nothing was to be done
 * @param movedNanos when any counter last moved; a stream that reads and fails, over and over, moves and makes nothing
 */
record Progress(long madeNanos, long movedNanos, long read, long published, long settled) {

    static Progress at(long nowNanos) {
        return new Progress(nowNanos, nowNanos, 0, 0, 0);
    }

    /** Another stream counts from zero. */
    Progress restarted() {
        return new Progress(madeNanos, movedNanos, 0, 0, 0);
    }

    /**
     * After a look.
     *
     * @param troubled whether it has failed and did not recover yet
     * @param holding whether rows were held back; putting more of them aside is no progress
     */
    Progress looked(ShardMeter meter, boolean troubled, boolean holding, long nowNanos) {
        long readNow = meter.readRows();
        long publishedNow = meter.publishedRows();
        long settledNow = meter.settledRows();
        boolean moved = readNow != read || publishedNow != published || settledNow != settled;
        boolean idle = meter.inFlightRows() == 0 && !troubled && !holding;
        boolean made = publishedNow != published || (settledNow != settled && !holding) || idle;
        return new Progress(
                made ? nowNanos : madeNanos, moved ? nowNanos : movedNanos, readNow, publishedNow, settledNow);
    }
}
