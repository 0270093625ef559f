package io.outboxrelay.model;

import org.jspecify.annotations.Nullable;

/**
 * The right to relay one shard, valid until somebody claims a higher epoch, and where to go on from.
 *
 * @param lineage of the database that the position is of; positions of another one mean nothing here
 * @param carrier what carries the shard's position to Kafka together with its rows; null where nothing does
 */
public record Claim(
        ShardId shard,
        long epoch,
        SlotRange slots,
        Position position,
        String lineage,
        @Nullable String carrier) {

    /** Of a shard whose position is in the database alone. */
    public Claim(ShardId shard, long epoch, SlotRange slots, Position position) {
        this(shard, epoch, slots, position, "", null);
    }

    /** The same claim, further on. */
    public Claim at(Position reached) {
        return new Claim(shard, epoch, slots, reached, lineage, carrier);
    }
}
