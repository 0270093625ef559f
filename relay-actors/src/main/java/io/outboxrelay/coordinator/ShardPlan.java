package io.outboxrelay.coordinator;

import io.outboxrelay.model.ShardId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Who is told what: every shard of every outbox to run, except those an operator paused. Pure.
 *
 * @param shards how many each outbox has, by its name
 * @param paused may name shards that no longer exist
 */
record ShardPlan(Map<String, Integer> shards, Set<ShardId> paused) {

    /** What one shard is to be told. */
    record Wake(ShardId shard, boolean paused) {}

    /** Every shard, by outbox and number. */
    List<Wake> all() {
        return new TreeMap<>(shards)
                .entrySet().stream()
                        .flatMap(outbox -> IntStream.range(0, outbox.getValue())
                                .mapToObj(number -> wake(new ShardId(outbox.getKey(), number))))
                        .toList();
    }

    /** Empty when there is no such shard. */
    Optional<Wake> of(ShardId shard) {
        return shard.number() < shards.getOrDefault(shard.outbox(), 0) ? Optional.of(wake(shard)) : Optional.empty();
    }

    /** The shards that are to be told something other than `before`. */
    List<Wake> changedSince(ShardPlan before) {
        return all().stream()
                .filter(wake -> wake.paused() != before.paused().contains(wake.shard()))
                .toList();
    }

    ShardPlan pausing(Set<ShardId> nowPaused) {
        return new ShardPlan(shards, nowPaused);
    }

    private Wake wake(ShardId shard) {
        return new Wake(shard, paused.contains(shard));
    }
}
