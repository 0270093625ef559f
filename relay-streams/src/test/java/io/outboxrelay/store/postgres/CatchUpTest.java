package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.testkit.TestSettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** When a shard joins the tail. Nothing is read here. */
class CatchUpTest {
    private static final Snapshot EARLIER = Snapshot.parse("10:10:");
    private static final Snapshot LATER = Snapshot.parse("20:20:");

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

    /** Of a shard that has read everything up to EARLIER. */
    private Feed.Mode modeAfter(Snapshot passedAt, Snapshot tail, boolean looking) {
        Feeds feeds = new Feeds(settings.reader());
        Claim claim = new Claim(new ShardId("orders", 0), 1, new SlotRange(0, 1023), SnapshotPosition.after(EARLIER));
        Feed feed = new Feed(new TakeOver.Taken(claim, "(0,1)", passedAt));
        feeds.add(feed);
        try (JdbcRunner lane = new JdbcRunner("unused", settings.database(), 1, "")) {
            new CatchUp(settings.reader(), Duration.ofSeconds(30), new ReadSql("outbox", 1 << 20, false), lane, feeds)
                    .advance(tail, looking);
        }
        return feed.mode;
    }
}
