package io.outboxrelay.graph;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.publish.Delivery;

/** Watches rows pass; called on stream threads, so it must be fast and thread-safe. */
public interface RelayObserver {
    RelayObserver NONE = new RelayObserver() {};

    /** Rows were read and are on their way to the publisher. */
    default void onRead(Chunk chunk) {}

    /** Every row of the chunk that was not refused was acknowledged by the publisher. */
    default void onPublished(Delivery delivery) {}

    /** The position after the chunk is written. */
    default void onSettled(Chunk chunk) {}
}
