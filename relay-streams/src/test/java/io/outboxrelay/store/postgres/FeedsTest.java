package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.testkit.TestSettings;
import java.util.BitSet;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Whom one look of the tail reads for. */
class FeedsTest {
    private final Feeds feeds = new Feeds(TestSettings.outbox(TestSettings.NO_DATABASE, TestSettings.NO_KAFKA, 1)
            .reader());

    private void follow(int shard, SlotRange slots) {
        Claim claim = new Claim(new ShardId("orders", shard), 1, slots, SnapshotPosition.START);
        Feed feed = new Feed(new TakeOver.Taken(claim, "(0,1)", null));
        feed.mode = Feed.Mode.TAIL;
        feeds.add(feed);
    }

    private int slotsOfTheNextLook() {
        return BitSet.valueOf(Objects.requireNonNull(feeds.beginLook())).cardinality();
    }

    @Test
    void oneLookReadsForAllShardsThatShareNoSlot() {
        follow(0, new SlotRange(0, 511));
        follow(1, new SlotRange(512, 1023));
        assertThat(slotsOfTheNextLook()).isEqualTo(1024);
    }

    /** Each row is dealt to one of them: the other one would never see it, and its position would move past it. */
    @Test
    void aShardThatWasDealtAnewIsNotReadTogetherWithItsFormerSelf() {
        follow(0, new SlotRange(0, 600));
        follow(1, new SlotRange(500, 1023));
        assertThat(slotsOfTheNextLook()).isIn(601, 524);
    }
}
