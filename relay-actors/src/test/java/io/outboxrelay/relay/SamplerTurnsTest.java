package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.relay.SamplerTurns.Seen;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SamplerTurnsTest {
    private final SamplerTurns turns = new SamplerTurns();
    private int time;

    private static ShardId shard(int number) {
        return new ShardId("orders", number);
    }

    /** Of `count` shards the first `suspects` may be stuck, and the last `moving` settle rows. */
    private List<ShardId> next(int count, int suspects, int moving) {
        time++;
        return turns.next(IntStream.range(0, count)
                .mapToObj(n -> new Seen(shard(n), n >= count - moving ? time : 0, n < suspects))
                .toList());
    }

    @Test
    void everyShardThatStandsStillIsAskedWithinFourTurns() {
        next(16, 0, 0);
        Set<ShardId> asked = new HashSet<>();
        for (int n = 0; n < 4; n++) {
            List<ShardId> due = next(16, 0, 0);
            assertThat(due).hasSize(4);
            asked.addAll(due);
        }
        assertThat(asked).hasSize(16);
    }

    @Test
    void thoseThatMayBeStuckAreAskedEachTimeHoweverManyOthersThereAre() {
        next(256, 3, 0);
        for (int n = 0; n < 5; n++) {
            assertThat(next(256, 3, 0)).contains(shard(0), shard(1), shard(2)).hasSize(3 + SamplerTurns.MOST_AT_ONCE);
        }
    }

    @Test
    void ofThoseThatMoveOneIsAskedAndEachInTurn() {
        next(10, 0, 10);
        Set<ShardId> asked = new HashSet<>();
        for (int n = 0; n < 10; n++) {
            List<ShardId> due = next(10, 0, 10);
            assertThat(due).hasSize(1);
            asked.addAll(due);
        }
        assertThat(asked).hasSize(10);
    }

    @Test
    void manyThatMayBeStuckTakeTurnsToo() {
        next(20, 20, 0);
        Set<ShardId> asked = new HashSet<>();
        for (int n = 0; n < 5; n++) {
            List<ShardId> due = next(20, 20, 0);
            assertThat(due).hasSize(SamplerTurns.MOST_AT_ONCE);
            asked.addAll(due);
        }
        assertThat(asked).hasSize(20);
    }

    @Test
    void nobodyIsAskedWhereNoShardIs() {
        assertThat(turns.next(List.of())).isEmpty();
    }
}
