package io.outboxrelay.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.bench.DueLatencies.Summary;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import java.time.Instant;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class DueLatenciesTest {
    private static final long MILLI = 1_000_000;

    private record Nowhere() implements Position {}

    private static Chunk due(LongStream nanos) {
        List<OutboxRow> rows = nanos.mapToObj(due ->
                        new OutboxRow(1, "e", "t", "k", "T", EventShape.USUAL.payload(7, due), null, Instant.EPOCH))
                .toList();
        return new Chunk(new ShardId("orders", 0), rows, new Nowhere());
    }

    @Test
    void anEventCountsForThePhaseItWasDueInHoweverLateItCame() {
        long now = System.nanoTime();
        DueLatencies latencies = new DueLatencies();
        latencies.onRead(due(LongStream.range(0, 99).map(n -> now - 10 * MILLI)));
        latencies.onRead(due(LongStream.of(now - 500 * MILLI)));
        latencies.onRead(due(LongStream.range(0, 100_000).map(n -> now)));
        assertThat(latencies.count()).isEqualTo(100_100);
        Summary early = latencies.between(now - 1_000 * MILLI, now);
        assertThat(early.events()).isEqualTo(100);
        assertThat(early.p50()).isBetween(10.0, 500.0);
        assertThat(early.p99()).isGreaterThanOrEqualTo(500);
        assertThat(early.max()).isGreaterThanOrEqualTo(500);
        assertThat(latencies.between(now, now + 1).events()).isEqualTo(100_000);
        assertThat(latencies.between(now + 1, now + 2)).isEqualTo(new Summary(0, 0, 0, 0, 0));
    }

    @Test
    void tellsWhenTheFirstLaterEventWasThere() {
        DueLatencies latencies = new DueLatencies();
        latencies.add(10 * MILLI, 60 * MILLI);
        latencies.add(30 * MILLI, 50 * MILLI);
        latencies.add(20 * MILLI, 55 * MILLI);
        assertThat(latencies.firstAfter(20 * MILLI)).isEqualTo(30);
        assertThat(latencies.firstAfter(31 * MILLI)).isNaN();
    }
}
