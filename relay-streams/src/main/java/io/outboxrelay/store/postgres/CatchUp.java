package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.ReaderSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.jdbc.SqlFaults;
import io.outboxrelay.store.postgres.IntervalCursor.Page;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Shards that are behind the tail read through cursors of their own, a few at a time; those in the same interval share
 * one (docs/decisions/0013-an-index-by-number.md). A cursor that nobody draws from gives its connection up to those who
 * wait, and they go on later after the last row they read. Confined to the reader's actor, except {@link #run}.
 */
final class CatchUp {
    private static final long IDLE_NANOS = 200_000_000L;

    /** Reading alone costs the database as much as reading together: nobody is left behind for a short pause. */
    private static final long SLOW_NANOS = 2_000_000_000L;

    private static final long GATHERING_NANOS = 30_000_000L;
    private static final long MOST_GATHERING_NANOS = 150_000_000L;

    /** In numbers, about a quarter of a second: so much may be read again for who is behind, not more. */
    private static final long NEAR = 200_000;

    private final ReadSql sql;
    private final JdbcRunner lane;
    private final Feeds feeds;
    private final long holdNanos;
    private final Duration silence;

    /** Of each shard: what a small one needs says nothing about a large one. */
    private final Map<ShardId, Patience> patience = new ConcurrentHashMap<>();

    private int freeCursors;
    private final Set<Feed> waiting = new LinkedHashSet<>();
    private final Set<Group> groups = new LinkedHashSet<>();
    private long gatheredFrom;
    private long gatheredUntil;

    /** A page to be fetched for a group, by its open cursor or by a new one. */
    record Fetch(Group group, @Nullable IntervalCursor open) {}

    /** `cursor` is null once the interval has ended. */
    record Result(@Nullable IntervalCursor cursor, Page page) {}

    /** @param silence after which a server is given up elsewhere */
    CatchUp(ReaderSettings settings, Duration silence, ReadSql sql, JdbcRunner lane, Feeds feeds) {
        this.silence = silence;
        this.sql = sql;
        this.lane = lane;
        this.feeds = feeds;
        this.holdNanos = settings.catchUpHold().toNanos();
        this.freeCursors = settings.catchUpConnections();
        this.gatheredFrom = System.nanoTime();
        this.gatheredUntil = gatheredFrom;
    }

    /** A shard was just claimed: others may be in a moment, and could read together with it. */
    void gather() {
        long now = System.nanoTime();
        if (now - gatheredUntil > 0) {
            gatheredFrom = now;
        }
        gatheredUntil = Math.min(gatheredFrom + MOST_GATHERING_NANOS, now + GATHERING_NANOS);
    }

    /**
     * Decides who fetches next. A shard joins the tail here: at a snapshot that the tail has read, and only between
     * two looks.
     */
    List<Fetch> advance(Snapshot tail, boolean tailIsLooking) {
        for (Feed feed : feeds.all()) {
            if (feed.mode == Feed.Mode.BEHIND && feeds.hasRoom(feed)) {
                if (stands(feed, tail)) {
                    joinUnless(tailIsLooking || !feed.hasPassed(tail), feed);
                } else if (feed.read.cur() != null || tail.covers(feed.read.prev())) {
                    waiting.add(feed);
                }
            }
        }
        waiting.removeIf(feed -> feed.failed() || feed.mode != Feed.Mode.BEHIND);
        List<Fetch> fetches = new ArrayList<>();
        boolean gathering = System.nanoTime() - gatheredUntil < 0;
        for (Group group : List.copyOf(groups)) {
            if (mayGoOn(group)) {
                List<Feed> joining = gathering ? List.of() : fitting(group);
                fetches.add(joining.isEmpty() ? next(group) : new Fetch(enlarge(group, joining), null));
            }
        }
        Optional<Feed> first = first(gathering);
        while (first.isPresent()) {
            fetches.add(new Fetch(open(first.get(), tail), null));
            first = first(gathering);
        }
        return fetches;
    }

    private static Fetch next(Group group) {
        group.fetching = true;
        group.enter(Feed.Mode.FETCHING);
        return new Fetch(group, group.cursor);
    }

    /** Who is to read next by a cursor of its own: nobody who could join those that read already. */
    private Optional<Feed> first(boolean gathering) {
        return freeCursors == 0 || gathering
                ? Optional.empty()
                : waiting.stream().filter(feed -> !joins(feed)).findFirst();
    }

    private boolean joins(Feed feed) {
        return groups.stream().anyMatch(group -> fits(feed, group));
    }

    /**
     * Once all of a group have room. Where one has had none for a while and another has run dry, the first is left
     * behind: it holds nobody up, and reads on by itself.
     */
    private boolean mayGoOn(Group group) {
        if (group.fetching) {
            return false;
        }
        List<Feed> members = group.members();
        if (System.nanoTime() - group.usedNanos > SLOW_NANOS && members.stream().anyMatch(Feed::isDry)) {
            members.stream().filter(feed -> !feeds.hasRoom(feed)).forEach(group::leave);
        }
        return group.members().stream().allMatch(feeds::hasRoom);
    }

    private static void joinUnless(boolean notNow, Feed feed) {
        if (!notNow) {
            feed.mode = Feed.Mode.TAIL;
        }
    }

    private static boolean stands(Feed feed, Snapshot tail) {
        return feed.read.cur() == null && feed.read.prev().equals(tail);
    }

    /** Those in the same interval near the first. They begin where the last of them stands. */
    private Group open(Feed first, Snapshot tail) {
        SnapshotPosition interval = interval(first.read, tail);
        return begin(alike(first, interval, tail), interval.prev(), Objects.requireNonNull(interval.cur()));
    }

    private Group begin(List<Feed> founders, Snapshot prev, Snapshot cur) {
        long seq = founders.stream().mapToLong(feed -> feed.read.seq()).min().orElseThrow();
        Group group = new Group(founders, prev, cur, seq);
        founders.forEach(waiting::remove);
        groups.add(group);
        freeCursors--;
        return group;
    }

    /** Opens again for the group and for who joins it, where the last of them stands; the others skip what they have. */
    private Group enlarge(Group group, List<Feed> joining) {
        List<Feed> founders = group.members();
        founders.addAll(joining);
        close(group);
        return begin(founders, group.prev, group.cur);
    }

    private List<Feed> fitting(Group group) {
        List<Feed> fitting = new ArrayList<>();
        for (Feed feed : waiting) {
            if (fits(feed, group) && fitting.stream().noneMatch(feed::overlaps)) {
                fitting.add(feed);
            }
        }
        return fitting;
    }

    /** Whether it could go on with these at the cost of reading few rows again. */
    private boolean fits(Feed feed, Group group) {
        boolean near = feed.read.cur() == null
                ? group.fromBeginning && group.rows <= NEAR
                : feed.read.cur().equals(group.cur) && Math.abs(feed.read.seq() - group.seq) <= NEAR;
        return near
                && feed.read.prev().equals(group.prev)
                && readsWithOthers(feed)
                && group.founders.stream().allMatch(CatchUp::readsWithOthers)
                && group.members().stream().noneMatch(feed::overlaps);
    }

    /**
     * Who can read together. No two of them have a slot in common: a shard that was dealt anew may be claimed here while
     * its former self is not forgotten yet, and each row goes to one of those who read together.
     */
    private List<Feed> alike(Feed first, SnapshotPosition interval, Snapshot tail) {
        List<Feed> alike = new ArrayList<>(List.of(first));
        for (Feed feed : waiting) {
            SnapshotPosition other = interval(feed.read, tail);
            if (readsWithOthers(first)
                    && readsWithOthers(feed)
                    && !joins(feed)
                    && other.prev().equals(interval.prev())
                    && Objects.equals(other.cur(), interval.cur())
                    && Math.abs(other.seq() - interval.seq()) <= NEAR
                    && alike.stream().noneMatch(feed::overlaps)) {
                alike.add(feed);
            }
        }
        return alike;
    }

    private static boolean readsWithOthers(Feed feed) {
        return !feed.alone && feed.hasPassed(feed.read.prev());
    }

    private static SnapshotPosition interval(SnapshotPosition read, Snapshot tail) {
        return read.cur() == null ? new SnapshotPosition(read.prev(), tail, 0) : read;
    }

    /** Fetches one page on the JDBC door. */
    CompletionStage<Result> run(Fetch fetch) {
        return lane.submit(
                "catch up " + fetch.group(), () -> fetch.open() != null ? page(fetch.open()) : first(fetch.group()));
    }

    private Result first(Group group) throws SQLException {
        List<Patience> each = group.founders.stream()
                .map(feed -> patience.computeIfAbsent(feed.claim.shard(), shard -> new Patience(silence)))
                .toList();
        long began = System.nanoTime();
        try {
            Result result = page(
                    open(group, each.stream().mapToInt(Patience::millis).max().orElseThrow()));
            Duration took = Duration.ofNanos(System.nanoTime() - began);
            each.forEach(one -> one.began(took));
            return result;
        } catch (SQLException e) {
            each.forEach(one -> one.failed(e));
            throw e;
        }
    }

    private static Result page(IntervalCursor cursor) throws SQLException {
        try {
            Page page = cursor.next();
            if (page.last()) {
                cursor.close();
            }
            return new Result(page.last() ? null : cursor, page);
        } catch (SQLException | RuntimeException e) {
            cursor.close();
            throw e;
        }
    }

    /** A merged shard leaves out what the shards it came from had acknowledged. */
    private IntervalCursor open(Group group, int silentMillis) throws SQLException {
        Feed first = group.founders.get(0);
        String condition = first.hasPassed(group.prev)
                ? "true"
                : new OutboxSql(sql.table()).notAhead(first.claim.shard().number());
        return IntervalCursor.open(lane, sql, group.position(), group.deal(), condition, silentMillis);
    }

    /** Takes the page over for those who are still with the group. */
    void fetched(Fetch fetch, @Nullable Result result, @Nullable Throwable failure) {
        Group group = fetch.group();
        group.fetching = false;
        group.cursor = result == null ? null : result.cursor();
        if (result == null) {
            fail(group, Objects.requireNonNull(failure));
            return;
        }
        accept(group, result.page());
        group.rows += result.page().parts().stream().mapToInt(List::size).sum();
        if (result.page().last() || group.members().isEmpty()) {
            close(group);
        } else {
            group.enter(Feed.Mode.OPEN);
            group.usedNanos = System.nanoTime();
            group.openedNanos = fetch.open() == null ? group.usedNanos : group.openedNanos;
        }
    }

    /**
     * What cannot be read together is read by each shard alone: a row that makes it fail stops its own shard only. Not
     * so where the connection broke, which says nothing of the rows.
     */
    private void fail(Group group, Throwable failure) {
        boolean together = group.founders.size() > 1 && !SqlFaults.isLostConnection(failure);
        for (Feed feed : group.members()) {
            if (!together) {
                feed.fail(RelayException.of(failure));
            }
            feed.alone = together;
        }
        close(group);
    }

    private void accept(Group group, Page page) {
        for (int part = 0; part < group.founders.size(); part++) {
            Feed feed = group.founders.get(part);
            if (group.has(feed) && !feed.failed()) {
                List<OutboxRow> rows = after(feed.read.seq(), page.parts().get(part));
                feed.read = page.last()
                        ? SnapshotPosition.after(group.cur)
                        : new SnapshotPosition(group.prev, group.cur, Math.max(feed.read.seq(), page.lastSeq()));
                feed.alone &= !page.last();
                feed.add(feeds.cut(feed, rows, group.prev, group.cur, page.last()));
            }
        }
        group.seq = page.last() ? group.seq : page.lastSeq();
    }

    /** Who stood further on than the others has these rows already. */
    private static List<OutboxRow> after(long seq, List<OutboxRow> rows) {
        int had = 0;
        while (had < rows.size() && rows.get(had).seq() <= seq) {
            had++;
        }
        return rows.subList(had, rows.size());
    }

    /** Long-held cursors pin the database's horizon, idle ones a connection others may wait for. */
    void closeIdleCursors() {
        long now = System.nanoTime();
        for (Group group : List.copyOf(groups)) {
            boolean heldLong = now - group.openedNanos > holdNanos;
            boolean idle = now - group.usedNanos > IDLE_NANOS && !waiting.isEmpty();
            if (!group.fetching && (idle || heldLong)) {
                close(group);
            }
        }
    }

    /** Takes the feed out of its group; a page under way comes back to {@link #fetched} and is dealt with there. */
    void abandon(Feed feed) {
        waiting.remove(feed);
        Group group = feed.group;
        if (group != null) {
            group.leave(feed);
            if (!group.fetching && group.members().isEmpty()) {
                close(group);
            }
        }
    }

    private void close(Group group) {
        group.members().forEach(group::leave);
        groups.remove(group);
        freeCursors++;
        giveBack(group.cursor);
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
