package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.postgres.IntervalCursor.Page;
import io.outboxrelay.testkit.TestSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** When a shard joins the tail. Nothing is read here. */
class CatchUpTest {
    private static final Snapshot EARLIER = Snapshot.parse("10:10:");
    private static final Snapshot LATER = Snapshot.parse("20:20:");

    private static final Duration SILENCE = Duration.ofSeconds(30);

    private int shards;
    private final OutboxSettings settings = TestSettings.outbox(TestSettings.NO_DATABASE, TestSettings.NO_KAFKA, 1);

    @Test
    void aShardThatStandsWhereTheTailStandsJoinsItBetweenTwoLooks() {
        assertThat(modeAfter(null, EARLIER, true)).isEqualTo(Feed.Mode.BEHIND);
        assertThat(modeAfter(null, EARLIER, false)).isEqualTo(Feed.Mode.TAIL);
    }

    @Test
    void aMergedShardWaitsForASnapshotThatHasPassedWhatItsPredecessorsHadSent() {
        assertThat(modeAfter(LATER, EARLIER, false)).isEqualTo(Feed.Mode.BEHIND);
        assertThat(modeAfter(EARLIER, EARLIER, false)).isEqualTo(Feed.Mode.TAIL);
    }

    @Test
    void aShardElsewhereReadsUpToTheTailByItself() {
        assertThat(modeAfter(LATER, LATER, false)).isEqualTo(Feed.Mode.FETCHING);
        assertThat(modeAfter(null, LATER, true)).isEqualTo(Feed.Mode.FETCHING);
    }

    @Test
    void shardsInOneIntervalReadTogetherFromWhereTheFirstOfThemStands() {
        List<Feed> near = List.of(feed(part(0), at(70)), feed(part(1), at(50)), feed(part(2), at(200_060)));
        Feed far = feed(part(3), at(1_000_000));
        Feed elsewhere = feed(part(4), SnapshotPosition.after(EARLIER));
        List<Feed> all = new ArrayList<>(near);
        all.add(far);
        all.add(elsewhere);
        List<Group> groups = groupsOf(all);
        assertThat(groups).extracting(group -> group.founders).containsExactly(near, List.of(far), List.of(elsewhere));
        assertThat(groups).extracting(group -> group.seq).containsExactly(50L, 1_000_000L, 0L);
        assertThat(groups.get(0).deal().ranges()).containsExactly(new SlotRange(0, part(2).high()));
    }

    private static SlotRange part(int number) {
        return Slots.split(5).get(number);
    }

    private static SnapshotPosition at(long seq) {
        return new SnapshotPosition(EARLIER, Snapshot.parse("15:15:"), seq);
    }

    @Test
    void whoStoodFurtherOnGetsNoRowAgain() {
        try (JdbcRunner lane = new JdbcRunner("unused", settings.database(), 1, "")) {
            Feed ahead = feed(part(0), at(3));
            Feed behind = feed(part(1), at(1));
            CatchUp catchUp = catchUp(lane, List.of(ahead, behind));
            CatchUp.Fetch fetch = catchUp.advance(LATER, true).get(0);
            catchUp.fetched(fetch, new CatchUp.Result(null, page(2)), null);
            assertThat(ahead.read).isEqualTo(at(3));
            assertThat(behind.read).isEqualTo(at(2));
            catchUp.fetched(fetch, new CatchUp.Result(null, page(5)), null);
            CompletableFuture<Chunk> chunk = new CompletableFuture<>();
            ahead.pull(chunk);
            assertThat(chunk.join().rows()).extracting(OutboxRow::seq).containsExactly(4L, 5L);
        }
    }

    @Test
    void whoComesSoonAfterJoinsTheOthersAndTheyReadAgainForIt() {
        try (JdbcRunner lane = new JdbcRunner("unused", settings.database(), 1, "")) {
            Feeds feeds = feeds(List.of(feed(part(0), SnapshotPosition.after(EARLIER))));
            CatchUp catchUp = new CatchUp(settings.reader(), SILENCE, new ReadSql("outbox", 1 << 20), lane, feeds);
            CatchUp.Fetch before =
                    catchUp.advance(Snapshot.parse("15:15:"), true).get(0);
            Feed near = feed(part(1), SnapshotPosition.after(EARLIER));
            Feed elsewhere = feed(part(2), new SnapshotPosition(EARLIER, LATER, 1));
            feeds.add(near);
            feeds.add(elsewhere);
            assertThat(founders(catchUp.advance(LATER, true))).containsExactly(List.of(elsewhere));
            catchUp.fetched(before, new CatchUp.Result(null, page(2)), null);
            CatchUp.Fetch after = catchUp.advance(LATER, true).get(0);
            assertThat(after.group().founders)
                    .containsExactly(before.group().founders.get(0), near);
            assertThat(after.group().position()).isEqualTo(at(0));
            assertThat(after.open()).isNull();
            catchUp.fetched(after, new CatchUp.Result(null, page(3)), null);
            assertThat(List.of(before.group().founders.get(0).read, near.read)).containsOnly(at(3));
        }
    }

    private static List<List<Feed>> founders(List<CatchUp.Fetch> fetches) {
        return fetches.stream().map(fetch -> fetch.group().founders).toList();
    }

    /** As after a reshard: a row is read for each of them, whichever is the owner now. */
    @Test
    void shardsWithASlotInCommonNeverReadTogether() {
        List<Feed> all = new ArrayList<>();
        Slots.split(4).forEach(slots -> all.add(feed(slots, SnapshotPosition.after(EARLIER))));
        Slots.split(3).forEach(slots -> all.add(feed(slots, SnapshotPosition.after(EARLIER))));
        for (Group group : groupsOf(all)) {
            for (Feed feed : group.founders) {
                assertThat(group.founders.stream().filter(feed::overlaps)).containsExactly(feed);
            }
        }
    }

    @Test
    void ofTwoShardsWithASlotInCommonTheTailReadsForOne() {
        Feed former = feed(new SlotRange(0, 600), SnapshotPosition.after(EARLIER));
        Feed now = feed(new SlotRange(600, 1023), SnapshotPosition.after(EARLIER));
        Feeds feeds = feeds(List.of(former, now));
        former.mode = Feed.Mode.TAIL;
        now.mode = Feed.Mode.TAIL;
        feeds.beginLook();
        feeds.deal(EARLIER, new TailRead(this, LATER, List.of(), true));
        assertThat(List.of(former.mode, now.mode)).containsExactlyInAnyOrder(Feed.Mode.TAIL, Feed.Mode.BEHIND);
    }

    @Test
    void aShardThatMustLeaveRowsOutReadsAlone() {
        List<Feed> all = new ArrayList<>();
        Slots.split(7).forEach(slots -> all.add(feed(slots, slots.contains(500) ? LATER : null)));
        assertThat(groupsOf(all))
                .allSatisfy(group -> assertThat(group.founders.stream()
                                .filter(feed -> group.founders.size() > 1 && feed.passedAt != null))
                        .isEmpty());
    }

    @Test
    void aShardWithoutRoomHoldsItsGroupOnlyForAWhileOnceAnotherHasRunDry() {
        try (JdbcRunner lane = new JdbcRunner("unused", settings.database(), 1, "")) {
            Feed full = feed(new SlotRange(0, 511), SnapshotPosition.after(EARLIER));
            Feed dry = feed(new SlotRange(512, 1023), SnapshotPosition.after(EARLIER));
            CatchUp catchUp = catchUp(lane, List.of(full, dry));
            CatchUp.Fetch fetch = catchUp.advance(LATER, true).get(0);
            catchUp.fetched(
                    fetch, new CatchUp.Result(null, page(settings.reader().bufferRows())), null);
            fetch.group().usedNanos -= Duration.ofMinutes(1).toNanos();
            assertThat(catchUp.advance(LATER, true)).isEmpty();
            assertThat(full.mode).isEqualTo(Feed.Mode.OPEN);
            dry.pull(new CompletableFuture<>());
            fetch.group().usedNanos = System.nanoTime();
            assertThat(catchUp.advance(LATER, true)).isEmpty();
            fetch.group().usedNanos -= Duration.ofMinutes(1).toNanos();
            assertThat(catchUp.advance(LATER, true))
                    .extracting(CatchUp.Fetch::group)
                    .containsExactly(fetch.group());
            assertThat(fetch.group().members()).containsExactly(dry);
            assertThat(full.mode).isEqualTo(Feed.Mode.BEHIND);
            assertThat(full.read.seq()).isEqualTo(settings.reader().bufferRows());
        }
    }

    @Test
    void whatAGroupCannotReadEachOfItReadsAlone() {
        try (JdbcRunner lane = new JdbcRunner("unused", settings.database(), 1, "")) {
            List<Feed> all = Slots.split(6).stream()
                    .map(slots -> feed(slots, SnapshotPosition.after(EARLIER)))
                    .toList();
            CatchUp catchUp = catchUp(lane, all);
            List<CatchUp.Fetch> together = catchUp.advance(LATER, true);
            together.forEach(fetch -> catchUp.fetched(fetch, null, new IllegalStateException("a bad row")));
            assertThat(all).noneMatch(Feed::failed);
            List<CatchUp.Fetch> alone = catchUp.advance(LATER, true);
            assertThat(alone)
                    .isNotEmpty()
                    .allMatch(fetch -> fetch.group().founders.size() == 1);
            catchUp.fetched(alone.get(0), null, new IllegalStateException("a bad row"));
            assertThat(all.stream().filter(Feed::failed).toList())
                    .isEqualTo(alone.get(0).group().founders);
        }
    }

    /** All rows for the first of two shards. */
    private static Page page(int rows) {
        List<OutboxRow> first = LongStream.rangeClosed(1, rows)
                .mapToObj(seq -> new OutboxRow(seq, "id-" + seq, "order", "a", "T", null, null, Instant.EPOCH))
                .toList();
        return new Page(List.of(first, List.of()), rows, false);
    }

    private CatchUp catchUp(JdbcRunner lane, List<Feed> members) {
        return new CatchUp(settings.reader(), SILENCE, new ReadSql("outbox", 1 << 20), lane, feeds(members));
    }

    private Feed feed(SlotRange slots, Snapshot passedAt) {
        return feed(slots, SnapshotPosition.after(EARLIER), passedAt);
    }

    private Feed feed(SlotRange slots, SnapshotPosition position) {
        return feed(slots, position, null);
    }

    private Feed feed(SlotRange slots, SnapshotPosition position, Snapshot passedAt) {
        Claim claim = new Claim(new ShardId("orders", shards++), 1, slots, position);
        return new Feed(new TakeOver.Taken(claim, "(0,1)", passedAt));
    }

    private Feeds feeds(List<Feed> members) {
        Feeds feeds = new Feeds(settings.reader());
        members.forEach(feeds::add);
        return feeds;
    }

    private List<Group> groupsOf(List<Feed> members) {
        try (JdbcRunner lane = new JdbcRunner("unused", settings.database(), 1, "")) {
            return catchUp(lane, members).advance(LATER, true).stream()
                    .map(CatchUp.Fetch::group)
                    .toList();
        }
    }

    /** Of a shard that has read everything up to EARLIER. */
    private Feed.Mode modeAfter(Snapshot passedAt, Snapshot tail, boolean looking) {
        Feeds feeds = new Feeds(settings.reader());
        Claim claim = new Claim(new ShardId("orders", 0), 1, new SlotRange(0, 1023), SnapshotPosition.after(EARLIER));
        Feed feed = new Feed(new TakeOver.Taken(claim, "(0,1)", passedAt));
        feeds.add(feed);
        try (JdbcRunner lane = new JdbcRunner("unused", settings.database(), 1, "")) {
            new CatchUp(settings.reader(), SILENCE, new ReadSql("outbox", 1 << 20), lane, feeds).advance(tail, looking);
        }
        return feed.mode;
    }
}
