package io.outboxrelay.console;

import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardStatus;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Whom to ask next, and what was heard last of the others. Every question costs the database a little, so only so many are
 * asked each time: those of which nothing is known, those in trouble, then the ones that were not asked for longest.
 * Immutable.
 *
 * @param heard in the order of the questions
 */
record ShardTurns(Map<ShardId, ShardStatus> heard) {
    /** More than most clusters have, so that these see every shard every time. */
    static final int AT_ONCE = 64;

    static final ShardTurns NOTHING_HEARD = new ShardTurns(Map.of());

    /** At most {@link #AT_ONCE} of them; at most half for being in trouble. */
    List<ShardId> next(List<ShardId> all) {
        List<ShardId> unknown =
                all.stream().filter(shard -> !heard.containsKey(shard)).toList();
        List<ShardId> known = heard.keySet().stream().filter(all::contains).toList();
        List<ShardId> troubled =
                known.stream().filter(this::isTroubled).limit(AT_ONCE / 2).toList();
        return Stream.of(troubled, unknown, known)
                .flatMap(Collection::stream)
                .distinct()
                .limit(AT_ONCE)
                .toList();
    }

    private boolean isTroubled(ShardId shard) {
        ShardStatus status = heard.get(shard);
        return status != null && (status.stuck() || status.phase() != Phase.RELAYING);
    }

    /** With these answers; forgets shards that are not among `all` any more. */
    ShardTurns after(List<ShardId> all, List<ShardStatus> answers) {
        Map<ShardId, ShardStatus> next = new LinkedHashMap<>(heard);
        next.keySet().retainAll(List.copyOf(all));
        answers.forEach(answer -> {
            ShardId shard = new ShardId(answer.outbox(), answer.shard());
            next.remove(shard);
            next.put(shard, answer);
        });
        return new ShardTurns(next);
    }

    /** In the order of `all`; leaves out those of which nothing is known. */
    List<ShardStatus> of(Collection<ShardId> all) {
        return all.stream()
                .flatMap(shard -> Stream.ofNullable(heard.get(shard)))
                .toList();
    }
}
