package io.outboxrelay.model;

import java.util.List;

/**
 * Consecutive rows of one shard in publishing order, and the position once all of them are acknowledged. Without rows
 * it only moves the position on, past what belonged to others.
 */
public record Chunk(ShardId shard, List<OutboxRow> rows, Position end) {}
