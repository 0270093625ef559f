package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.settings.ReaderSettings;
import io.outboxrelay.store.postgres.TailRead.SlottedRow;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The feeds of all shards this node owns, and how the tail's rows are dealt to them. Confined to the reader's actor. */
final class Feeds {
    private final Map<ShardId, Feed> byShard = new LinkedHashMap<>();
    private final Chunking chunking;
    private final int bufferRows;
    private final long bufferBytes;

    /** Who takes part in the look that is under way; everyone else on the tail is left behind by it. */
    private List<Feed> members = List.of();

    Feeds(ReaderSettings settings) {
        this.chunking = new Chunking(settings.chunkRows(), settings.chunkBytes());
        this.bufferRows = settings.bufferRows();
        this.bufferBytes = 4 * settings.chunkBytes();
    }

    Collection<Feed> all() {
        return byShard.values();
    }

    boolean isEmpty() {
        return byShard.values().stream().allMatch(Feed::failed);
    }

    void add(Feed feed) {
        byShard.put(feed.claim.shard(), feed);
    }

    Optional<Feed> remove(ShardId shard) {
        return Optional.ofNullable(byShard.remove(shard));
    }

    @Nullable
    Feed find(ShardId shard, long epoch) {
        Feed feed = byShard.get(shard);
        return feed != null && feed.claim.epoch() == epoch ? feed : null;
    }

    boolean hasRoom(Feed feed) {
        return feed.hasRoom(bufferRows, bufferBytes);
    }

    /**
     * Whom the next look reads for, as a bit mask of their slots; null when it is nobody. No slot is read for two: a
     * shard that was dealt anew may be here beside its former self, and each row is dealt to one of them.
     */
    byte @Nullable [] beginLook() {
        members = new ArrayList<>();
        for (Feed feed : byShard.values()) {
            if (feed.mode == Feed.Mode.TAIL && hasRoom(feed) && members.stream().noneMatch(feed::overlaps)) {
                members.add(feed);
            }
        }
        return members.isEmpty()
                ? null
                : SlotMask.of(members.stream().map(feed -> feed.claim.slots()).toList());
    }

    /** Deals what the look found; `prev` is where the tail stood before it. */
    void deal(Snapshot prev, TailRead look) {
        if (look.cur().equals(prev)) {
            return;
        }
        for (Feed feed : byShard.values()) {
            if (feed.mode == Feed.Mode.TAIL && !members.contains(feed)) {
                feed.mode = Feed.Mode.BEHIND;
            }
        }
        Map<Feed, List<OutboxRow>> rowsByFeed = bySlot(look.rows());
        for (Feed feed : members) {
            if (byShard.get(feed.claim.shard()) == feed && !feed.failed()) {
                take(feed, rowsByFeed.getOrDefault(feed, List.of()), prev, look);
            }
        }
    }

    private void take(Feed feed, List<OutboxRow> rows, Snapshot prev, TailRead look) {
        feed.add(cut(feed, rows, prev, look.cur(), look.complete()));
        if (look.complete()) {
            feed.read = SnapshotPosition.after(look.cur());
        } else {
            long readUpTo = look.rows().get(look.rows().size() - 1).row().seq();
            feed.read = new SnapshotPosition(prev, look.cur(), readUpTo);
            feed.mode = Feed.Mode.BEHIND;
        }
    }

    List<Chunk> cut(Feed feed, List<OutboxRow> rows, Snapshot prev, Snapshot cur, boolean last) {
        return chunking.cut(feed.claim.shard(), rows, prev, cur, last);
    }

    private Map<Feed, List<OutboxRow>> bySlot(List<SlottedRow> rows) {
        Feed[] owner = new Feed[Slots.COUNT];
        for (Feed feed : members) {
            Arrays.fill(owner, feed.claim.slots().low(), feed.claim.slots().high() + 1, feed);
        }
        Map<Feed, List<OutboxRow>> byFeed = new HashMap<>();
        for (SlottedRow row : rows) {
            byFeed.computeIfAbsent(owner[row.slot()], feed -> new ArrayList<>()).add(row.row());
        }
        return byFeed;
    }

    void failAll(RelayException cause) {
        byShard.values().forEach(feed -> feed.fail(cause));
    }
}
