package io.outboxrelay.graph;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.publish.Delivery;
import java.util.concurrent.atomic.LongAdder;

/** Counts the rows of one shard since it was last claimed. */
public final class ShardMeter implements RelayObserver {
    private final LongAdder read = new LongAdder();
    private final LongAdder published = new LongAdder();
    private final LongAdder delivered = new LongAdder();
    private final LongAdder settled = new LongAdder();

    @Override
    public void onRead(Chunk chunk) {
        read.add(chunk.rows().size());
    }

    @Override
    public void onPublished(Delivery delivery) {
        delivered.add(delivery.chunk().rows().size());
        published.add(delivery.chunk().rows().size() - delivery.refusedRows());
    }

    @Override
    public void onSettled(Chunk chunk) {
        settled.add(chunk.rows().size());
    }

    public long publishedRows() {
        return published.sum();
    }

    public long settledRows() {
        return settled.sum();
    }

    public long readRows() {
        return read.sum();
    }

    /** Rows that the publisher has not come back with. */
    public long unansweredRows() {
        return Math.max(0, read.sum() - delivered.sum());
    }

    /** Rows read and not yet settled: what a crash right now can repeat at most (the window W). */
    public long inFlightRows() {
        return Math.max(0, read.sum() - settled.sum());
    }
}
