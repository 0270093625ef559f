package io.outboxrelay.shard;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Position;
import io.outboxrelay.publish.Delivery;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;

/** How far one run of a shard's stream got; written by stream threads, read by the actor. */
final class ShardTrail implements RelayObserver {
    private final ShardMeter meter;
    private final RelayObserver metrics;
    private final AtomicReference<Position> settledUpTo;

    /** @param metrics told of everything as well */
    ShardTrail(Position start, ShardMeter meter, RelayObserver metrics) {
        this.meter = meter;
        this.metrics = metrics;
        this.settledUpTo = new AtomicReference<>(start);
    }

    @Override
    public void onRead(Chunk chunk) {
        meter.onRead(chunk);
        metrics.onRead(chunk);
    }

    @Override
    public void onPublished(Delivery delivery) {
        meter.onPublished(delivery);
        metrics.onPublished(delivery);
    }

    @Override
    public void onSettled(Chunk chunk) {
        meter.onSettled(chunk);
        metrics.onSettled(chunk);
        settledUpTo.set(chunk.end());
    }

    ShardMeter meter() {
        return meter;
    }

    Position position() {
        return Objects.requireNonNull(settledUpTo.get());
    }
}
