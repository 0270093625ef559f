package io.outboxrelay.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardStatus;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ShardTurnsTest {
    private static List<ShardId> shards(int count) {
        return IntStream.range(0, count).mapToObj(n -> new ShardId("orders", n)).toList();
    }

    private static ShardStatus status(ShardId shard, Phase phase) {
        return new ShardStatus(
                shard.outbox(),
                shard.number(),
                "a:1",
                phase,
                1,
                null,
                0,
                false,
                0,
                0,
                0,
                0,
                0,
                0,
                false,
                null,
                null,
                null,
                0,
                0,
                false);
    }

    private static ShardTurns answered(ShardTurns turns, List<ShardId> all, Phase phase) {
        return turns.after(
                all, turns.next(all).stream().map(shard -> status(shard, phase)).toList());
    }

    @Test
    void aFewShardsAreAllAskedEachTime() {
        List<ShardId> all = shards(ShardTurns.AT_ONCE);
        ShardTurns once = answered(ShardTurns.NOTHING_HEARD, all, Phase.RELAYING);
        assertThat(once.next(all)).containsExactlyInAnyOrderElementsOf(all);
        assertThat(once.of(all)).extracting(ShardStatus::shard).isSorted();
    }

    @Test
    void ofManyShardsEachHasItsTurnAndNoMoreThanTheLimitAreAsked() {
        List<ShardId> all = shards(200);
        ShardTurns turns = ShardTurns.NOTHING_HEARD;
        Set<ShardId> asked = new HashSet<>();
        for (int round = 0; round < 8; round++) {
            List<ShardId> next = turns.next(all);
            assertThat(next).hasSize(ShardTurns.AT_ONCE).doesNotHaveDuplicates();
            asked.addAll(round < 4 ? List.of() : next);
            turns = answered(turns, all, Phase.RELAYING);
        }
        assertThat(turns.of(all)).hasSize(200);
        assertThat(asked).as("those asked again").hasSize(200);
    }

    @Test
    void aShardInTroubleIsAskedEachTimeAndHalfOfTheTurnsAreLeftToTheOthers() {
        List<ShardId> all = shards(200);
        ShardTurns turns = ShardTurns.NOTHING_HEARD;
        for (int round = 0; round < 4; round++) {
            turns = answered(turns, all, Phase.RELAYING);
        }
        ShardId halted = new ShardId("orders", 77);
        ShardTurns one = turns.after(all, List.of(status(halted, Phase.HALTED)));
        assertThat(one.next(all)).contains(halted);
        ShardTurns everyone = turns.after(
                all, all.stream().map(shard -> status(shard, Phase.HALTED)).toList());
        Set<ShardId> asked = new HashSet<>();
        for (int round = 0; round < 12; round++) {
            asked.addAll(everyone.next(all));
            everyone = answered(everyone, all, Phase.HALTED);
        }
        assertThat(asked).hasSize(200);
    }

    @Test
    void shardsThatAreNoMoreAreForgotten() {
        ShardTurns turns = answered(ShardTurns.NOTHING_HEARD, shards(8), Phase.RELAYING);
        assertThat(answered(turns, shards(2), Phase.RELAYING).heard()).hasSize(2);
    }
}
