package io.outboxrelay.store.postgres;

import io.outboxrelay.model.Position;
import org.jspecify.annotations.Nullable;

/**
 * How far a shard is: every row visible in `prev` is acknowledged, and of the rows visible in `cur` but not in `prev`
 * those with a sequence number up to `seq`. Between intervals `cur` is null and `seq` is 0.
 */
public record SnapshotPosition(Snapshot prev, @Nullable Snapshot cur, long seq) implements Position {
    public static final SnapshotPosition START = after(Snapshot.NOTHING);

    public SnapshotPosition {
        if (seq < 0 || (cur == null && seq != 0)) {
            throw new IllegalArgumentException("seq = " + seq + " within interval " + prev + " to " + cur);
        }
        if (cur != null && !cur.covers(prev)) {
            throw new IllegalArgumentException("interval runs backwards: " + prev + " to " + cur);
        }
    }

    /** Everything visible in `snapshot` is done. */
    public static SnapshotPosition after(Snapshot snapshot) {
        return new SnapshotPosition(snapshot, null, 0);
    }

    @Override
    public String text() {
        return prev + ";" + (cur == null ? "" : cur) + ";" + seq;
    }

    /** Of {@link #text}. */
    static SnapshotPosition parse(String text) {
        String[] parts = text.split(";", -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + text + "' is no position of a snapshot cursor");
        }
        return Progress.position(parts[0], parts[1].isEmpty() ? null : parts[1], Long.parseLong(parts[2]));
    }

    /** True if every row acknowledged at `other` is acknowledged here too. */
    public boolean covers(SnapshotPosition other) {
        if (prev.equals(other.prev)) {
            return other.cur == null || (cur != null && cur.equals(other.cur) && seq >= other.seq);
        }
        return prev.covers(other.cur == null ? other.prev : other.cur);
    }

    @Override
    public String toString() {
        return cur == null ? prev.toString() : prev + ">" + cur + "@" + seq;
    }
}
