package io.outboxrelay.shard;

/** Where a shard is heading; what is under way is finished first. */
enum Goal {
    /** Rows should flow. */
    RELAY,
    /** No rows until an operator says so. */
    PAUSE,
    /** Somebody newer owns the shard: stop, and tell nobody. */
    YIELD,
    /** Cluster sharding wants the shard gone from this node. */
    STOP;

    static Goal of(ShardActor.Keep keep) {
        return keep.paused() ? PAUSE : RELAY;
    }

    /** A shard that is leaving does not turn back: whoever starts it next is told anew. */
    boolean isFinal() {
        return this == YIELD || this == STOP;
    }
}
