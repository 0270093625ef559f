package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.ReaderSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.postgres.IntervalCursor.Page;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Shards that are behind the tail read alone, each through its own cursor, a few at a time. A cursor that nobody draws
 * from gives its connection up to those who wait, and goes on later after the last row it read. Confined to the
 * reader's actor, except {@link #run}.
 */
final class CatchUp {
    private static final long IDLE_NANOS = 200_000_000L;

    /** A cursor is kept so many times longer than it took to open: opening it again sorts the same rows again. */
    private static final int WORTH = 10;

    private final ReadSql sql;
    private final JdbcRunner lane;
    private final Feeds feeds;
    private final long holdNanos;
    private final Duration silence;

    /** Of each shard: what a small one needs says nothing about a large one. */
    private final Map<ShardId, Patience> patience = new ConcurrentHashMap<>();

    private int freeCursors;
    private final Set<Feed> waiting = new LinkedHashSet<>();

    /** A page to be fetched for a feed, by its open cursor or by a new one from `from`. */
    record Fetch(Feed feed, @Nullable IntervalCursor open, SnapshotPosition from) {}

    /**
     * What was fetched.
     *
     * @param cursor null once the interval has ended
     */
    record Result(@Nullable IntervalCursor cursor, Page page, long tookNanos) {}

    /** @param silence after which a server is given up elsewhere */
    CatchUp(ReaderSettings settings, Duration silence, ReadSql sql, JdbcRunner lane, Feeds feeds) {
        this.sql = sql;
        this.lane = lane;
        this.feeds = feeds;
        this.holdNanos = settings.catchUpHold().toNanos();
        this.silence = silence;
        this.freeCursors = settings.catchUpConnections();
    }

    /**
     * Decides who fetches next. A shard joins the tail here: at a snapshot that the tail has read, and only between
     * two looks.
     */
    List<Fetch> advance(Snapshot tail, boolean tailIsLooking) {
        List<Fetch> fetches = new ArrayList<>();
        for (Feed feed : feeds.all()) {
            if (feed.mode == Feed.Mode.OPEN && feeds.hasRoom(feed)) {
                feed.mode = Feed.Mode.FETCHING;
                fetches.add(new Fetch(feed, feed.cursor, feed.read));
            } else if (feed.mode == Feed.Mode.BEHIND && feeds.hasRoom(feed)) {
                if (stands(feed, tail)) {
                    joinUnless(tailIsLooking || !feed.hasPassed(tail), feed);
                } else if (feed.read.cur() != null || tail.covers(feed.read.prev())) {
                    waiting.add(feed);
                }
            }
        }
        waiting.removeIf(feed -> feed.failed() || feed.mode != Feed.Mode.BEHIND);
        while (freeCursors > 0 && !waiting.isEmpty()) {
            Feed feed = waiting.iterator().next();
            waiting.remove(feed);
            freeCursors--;
            feed.mode = Feed.Mode.FETCHING;
            fetches.add(new Fetch(feed, null, interval(feed.read, tail)));
        }
        return fetches;
    }

    private static void joinUnless(boolean notNow, Feed feed) {
        if (!notNow) {
            feed.mode = Feed.Mode.TAIL;
        }
    }

    private static boolean stands(Feed feed, Snapshot tail) {
        return feed.read.cur() == null && feed.read.prev().equals(tail);
    }

    private static SnapshotPosition interval(SnapshotPosition read, Snapshot tail) {
        return read.cur() == null ? new SnapshotPosition(read.prev(), tail, 0) : read;
    }

    /** Fetches one page on the JDBC door. */
    CompletionStage<Result> run(Fetch fetch) {
        return lane.submit(
                "catch up " + fetch.feed().claim.shard(),
                () -> fetch.open() != null ? page(fetch.open(), System.nanoTime()) : first(fetch));
    }

    private Result first(Fetch fetch) throws SQLException {
        Patience ofShard = patience.computeIfAbsent(fetch.feed().claim.shard(), shard -> new Patience(silence));
        long began = System.nanoTime();
        try {
            Result result = page(open(fetch, ofShard), began);
            ofShard.began(Duration.ofNanos(result.tookNanos()));
            return result;
        } catch (SQLException e) {
            ofShard.failed(e);
            throw e;
        }
    }

    private static Result page(IntervalCursor cursor, long began) throws SQLException {
        try {
            Page page = cursor.next();
            if (page.last()) {
                cursor.close();
            }
            return new Result(page.last() ? null : cursor, page, System.nanoTime() - began);
        } catch (SQLException | RuntimeException e) {
            cursor.close();
            throw e;
        }
    }

    /** A merged shard leaves out what the shards it came from had acknowledged. */
    private IntervalCursor open(Fetch fetch, Patience ofShard) throws SQLException {
        Feed feed = fetch.feed();
        String condition = feed.hasPassed(fetch.from().prev())
                ? "true"
                : new OutboxSql(sql.table()).notAhead(feed.claim.shard().number());
        return IntervalCursor.open(lane, sql, fetch.from(), feed.claim.slots(), condition, ofShard.millis());
    }

    /** Takes the page over, unless its shard was given away in between. */
    void fetched(Fetch fetch, @Nullable Result result, @Nullable Throwable failure) {
        Feed feed = fetch.feed();
        feed.cursor = null;
        if (result == null) {
            freeCursors++;
            feed.fail(RelayException.of(Objects.requireNonNull(failure)));
            return;
        }
        if (feed.failed()) {
            giveBack(result.cursor());
            freeCursors++;
            return;
        }
        accept(feed, fetch.from(), result.page());
        if (result.page().last()) {
            freeCursors++;
            feed.mode = Feed.Mode.BEHIND;
        } else {
            feed.cursor = result.cursor();
            feed.mode = Feed.Mode.OPEN;
            feed.cursorUsedNanos = System.nanoTime();
            if (fetch.open() == null) {
                feed.cursorOpenedNanos = feed.cursorUsedNanos;
                feed.cursorCostNanos = result.tookNanos();
            }
        }
    }

    private void accept(Feed feed, SnapshotPosition from, Page page) {
        Snapshot cur = Objects.requireNonNull(from.cur());
        List<OutboxRow> rows = page.rows();
        List<Chunk> chunks = feeds.cut(feed, rows, from.prev(), cur, page.last());
        feed.read = page.last()
                ? SnapshotPosition.after(cur)
                : new SnapshotPosition(
                        from.prev(), cur, rows.get(rows.size() - 1).seq());
        feed.add(chunks);
    }

    /** Long-held cursors pin the database's horizon, idle ones a connection others may wait for. */
    void closeIdleCursors() {
        long now = System.nanoTime();
        for (Feed feed : feeds.all()) {
            boolean heldLong = now - feed.cursorOpenedNanos > Math.max(holdNanos, WORTH * feed.cursorCostNanos);
            boolean idle = now - feed.cursorUsedNanos > Math.max(IDLE_NANOS, feed.cursorCostNanos)
                    && (!waiting.isEmpty() || heldLong);
            if (feed.mode == Feed.Mode.OPEN && (idle || heldLong)) {
                abandon(feed);
                feed.mode = Feed.Mode.BEHIND;
            }
        }
    }

    /** Closes the feed's cursor; a page under way comes back to {@link #fetched} and is dealt with there. */
    void abandon(Feed feed) {
        waiting.remove(feed);
        if (feed.mode == Feed.Mode.OPEN) {
            giveBack(feed.cursor);
            feed.cursor = null;
            feed.mode = Feed.Mode.BEHIND;
            freeCursors++;
        }
    }

    private void giveBack(@Nullable IntervalCursor cursor) {
        if (cursor != null) {
            lane.submit("close a cursor", () -> {
                cursor.close();
                return null;
            });
        }
    }
}
