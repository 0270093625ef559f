package io.outboxrelay.relay;

import io.outboxrelay.model.ShardId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Whose turn it is to be asked how many rows wait. A count looks at up to 20,000 rows, so it is at each turn: shards that
 * may be stuck, and a quarter of the others that have not moved since, of each at most eight; and one of those that move.
 */
final class SamplerTurns {
    static final int MOST_AT_ONCE = 8;
    private static final int ROUND = 4;

    private Map<ShardId, Long> settledBefore = Map.of();
    private int turn;

    /** A shard as this node knows it without asking anybody. */
    record Seen(ShardId shard, long settledRows, boolean suspect) {}

    /** @param here the shards of this node, in the same order each time */
    List<ShardId> next(List<Seen> here) {
        List<ShardId> suspects = new ArrayList<>();
        List<ShardId> calm = new ArrayList<>();
        List<ShardId> moving = new ArrayList<>();
        Map<ShardId, Long> settledNow = new HashMap<>();
        for (Seen seen : here) {
            Long before = settledBefore.get(seen.shard());
            settledNow.put(seen.shard(), seen.settledRows());
            boolean still = before != null && before == seen.settledRows();
            (still ? seen.suspect() ? suspects : calm : moving).add(seen.shard());
        }
        settledBefore = settledNow;
        List<ShardId> due = new ArrayList<>(some(suspects, suspects.size()));
        due.addAll(some(calm, (calm.size() + ROUND - 1) / ROUND));
        due.addAll(some(moving, 1));
        turn++;
        return due;
    }

    /** The next so many of them, after those of the last turn. */
    private List<ShardId> some(List<ShardId> all, int wanted) {
        int count = Math.min(Math.min(wanted, MOST_AT_ONCE), all.size());
        long first = (long) turn * count;
        return IntStream.range(0, count)
                .mapToObj(n -> all.get((int) ((first + n) % all.size())))
                .toList();
    }
}
