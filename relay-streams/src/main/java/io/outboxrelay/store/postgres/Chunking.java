package io.outboxrelay.store.postgres;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import java.util.ArrayList;
import java.util.List;

/** Cuts the rows of one interval into chunks of bounded size, each with the position it leaves behind. Pure. */
public record Chunking(int maxRows, long maxBytes) {

    /**
     * Cuts them.
     *
     * @param rows rows of one shard in `prev` to `cur`, ascending by seq
     * @param last whether the interval ends after them; then the last chunk leaves the next interval's start behind
     */
    public List<Chunk> cut(ShardId shard, List<OutboxRow> rows, Snapshot prev, Snapshot cur, boolean last) {
        List<Chunk> chunks = new ArrayList<>(rows.size() / maxRows + 1);
        int from = 0;
        while (from < rows.size()) {
            int to = endOfChunk(rows, from);
            boolean ends = last && to == rows.size();
            SnapshotPosition end = ends
                    ? SnapshotPosition.after(cur)
                    : new SnapshotPosition(prev, cur, rows.get(to - 1).seq());
            chunks.add(new Chunk(shard, List.copyOf(rows.subList(from, to)), end));
            from = to;
        }
        return chunks;
    }

    /** A chunk holds at least one row, however large. */
    private int endOfChunk(List<OutboxRow> rows, int from) {
        long bytes = 0;
        int to = from;
        while (to < rows.size() && to - from < maxRows) {
            bytes += rows.get(to).weight();
            if (to > from && bytes > maxBytes) {
                break;
            }
            to++;
        }
        return to;
    }
}
