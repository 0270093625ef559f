package io.outboxrelay.store.postgres;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shards that stand at one position and read on from it by one cursor. Confined to the reader's actor. */
final class Group {
    /** Who began together, in the order of the {@link Deal}; those still with it are {@link #members}. */
    final List<Feed> founders;

    /** The interval they read. */
    final Snapshot prev;

    final Snapshot cur;

    /** Of the last row read. */
    long seq;

    @Nullable
    IntervalCursor cursor;

    /** Whether it reads its interval from the first row on, and how many rows it has read. */
    final boolean fromBeginning;

    long rows;
    boolean fetching = true;
    long openedNanos;
    long usedNanos;

    Group(List<Feed> founders, Snapshot prev, Snapshot cur, long seq) {
        this.founders = List.copyOf(founders);
        this.prev = prev;
        this.cur = cur;
        this.seq = seq;
        this.fromBeginning = seq == 0;
        for (Feed feed : founders) {
            feed.group = this;
            feed.mode = Feed.Mode.FETCHING;
        }
    }

    SnapshotPosition position() {
        return new SnapshotPosition(prev, cur, seq);
    }

    Deal deal() {
        return new Deal(founders.stream().map(feed -> feed.claim.slots()).toList());
    }

    List<Feed> members() {
        List<Feed> members = new ArrayList<>(founders.size());
        for (Feed feed : founders) {
            if (has(feed)) {
                members.add(feed);
            }
        }
        return members;
    }

    boolean has(Feed feed) {
        return feed.group == this;
    }

    void leave(Feed feed) {
        feed.group = null;
        feed.mode = Feed.Mode.BEHIND;
    }

    void enter(Feed.Mode mode) {
        members().forEach(feed -> feed.mode = mode);
    }

    @Override
    public String toString() {
        return founders.size() == 1
                ? founders.get(0).claim.shard().toString()
                : founders.size() + " shards from " + founders.get(0).claim.shard();
    }
}
