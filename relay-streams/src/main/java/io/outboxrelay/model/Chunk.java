package io.outboxrelay.model;

import java.util.List;

/** Consecutive rows of one shard in publishing order, and the position once all of them are acknowledged. */
public record Chunk(ShardId shard, List<OutboxRow> rows, Position end) {}
