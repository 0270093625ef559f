package io.outboxrelay.publish.lane;

import java.util.Objects;

/**
 * A shard's position as a lane carries it: the position after the last rows that the lane committed for the shard, in the
 * store's own words, and the epoch of the owner that sent them.
 */
public record Carried(long epoch, String position) {
    public Carried {
        Objects.requireNonNull(position, "position");
    }
}
