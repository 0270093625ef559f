package io.outboxrelay.model;

import java.util.List;

/**
 * Consecutive rows of one shard in publishing order, and the position once all of them are acknowledged. Without rows
 * it only moves the position on, past what belonged to others.
 *
 * @param released whether the rows had been put aside and are tried again; then the position does not move
 */
public record Chunk(ShardId shard, List<OutboxRow> rows, Position end, boolean released) {

    /** Rows on their regular way. */
    public Chunk(ShardId shard, List<OutboxRow> rows, Position end) {
        this(shard, rows, end, false);
    }
}
