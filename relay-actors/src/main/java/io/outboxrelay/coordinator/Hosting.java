package io.outboxrelay.coordinator;

/**
 * Who could take a shard right now. Words to shards that nobody can take are kept by the shard region, and a region that
 * keeps any does not stop before its time limit.
 */
public enum Hosting {
    /** This node, and perhaps others. */
    ANYBODY,
    /** This node is stopping; its shards move to others. */
    OTHERS,
    /** This node is stopping, and it is the last. */
    NOBODY
}
