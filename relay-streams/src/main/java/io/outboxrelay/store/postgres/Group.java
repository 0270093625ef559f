package io.outboxrelay.store.postgres;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Shards that stand at one position and read on from it by one cursor. Confined to the reader's actor. */
final class Group {
    /** Who began together, in the order of the {@link Deal}; those still with it are {@link #members}. */
    final List<Feed> founders;

    /** The interval they read, after the last row read. */
    SnapshotPosition read;

    @Nullable
    IntervalCursor cursor;

    boolean fetching = true;
    long openedNanos;
    long usedNanos;

    Group(List<Feed> founders, SnapshotPosition from) {
        this.founders = List.copyOf(founders);
        this.read = from;
        for (Feed feed : founders) {
            feed.group = this;
            feed.mode = Feed.Mode.FETCHING;
        }
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
