package io.outboxrelay.model;

/** The right to relay one shard, valid until somebody claims a higher epoch, and where to go on from. */
public record Claim(ShardId shard, long epoch, SlotRange slots, Position position) {}
