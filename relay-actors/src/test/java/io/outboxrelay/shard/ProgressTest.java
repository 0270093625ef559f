package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.graph.ShardMeter;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.store.Refusal;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProgressTest {
    private static final OutboxRow ROW = new OutboxRow(1, "e", "order", "k", "T", null, null, Instant.EPOCH);
    private static final Chunk CHUNK = new Chunk(new ShardId("orders", 0), List.of(ROW), new Position() {});

    private final ShardMeter meter = new ShardMeter();
    private Progress progress = Progress.at(0);
    private long now;

    private void look(boolean troubled, boolean holding) {
        now++;
        progress = progress.looked(meter, troubled, holding, now);
    }

    private void assertLast(long made, long moved) {
        assertThat(progress.madeNanos()).as("made").isEqualTo(made);
        assertThat(progress.movedNanos()).as("moved").isEqualTo(moved);
    }

    @Test
    void havingNothingToDoIsProgressUnlessThereIsTrouble() {
        look(false, false);
        assertLast(1, 0);
        look(true, false);
        look(false, true);
        assertLast(1, 0);
    }

    @Test
    void readingIsNoProgressAndPublishingIs() {
        meter.onRead(CHUNK);
        look(false, false);
        assertLast(0, 1);
        look(false, false);
        assertLast(0, 1);
        meter.onPublished(new Delivery(CHUNK, List.of()));
        look(false, false);
        assertLast(3, 3);
        look(false, false);
        assertLast(3, 3);
        meter.onSettled(CHUNK);
        look(false, false);
        assertLast(5, 5);
    }

    @Test
    void puttingRowsAsideIsProgressExceptWhereTheirTopicIsTheTrouble() {
        meter.onRead(CHUNK);
        meter.onPublished(new Delivery(CHUNK, List.of(new Refusal(ROW, Refusal.Kind.HELD, "no topic"))));
        look(false, true);
        assertLast(0, 1);
        meter.onSettled(CHUNK);
        look(false, true);
        assertLast(0, 2);
        meter.onRead(CHUNK);
        meter.onSettled(CHUNK);
        look(false, false);
        assertLast(3, 3);
    }

    @Test
    void anotherStreamCountsFromZero() {
        meter.onRead(CHUNK);
        meter.onPublished(new Delivery(CHUNK, List.of()));
        look(true, false);
        assertLast(1, 1);
        progress = progress.restarted().looked(new ShardMeter(), true, false, 9);
        assertLast(1, 1);
    }
}
