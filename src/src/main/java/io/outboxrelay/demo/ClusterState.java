package io.outboxrelay.demo;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What one node answered about all shards, and which nodes said they are ready. `askedNanos` is when the question was
 * put, so that an answer from before a kill is never taken for one from after it.
 */
record ClusterState(long askedNanos, List<ShardStatus> shards, Set<Integer> readyNodes) {
    static final ClusterState UNKNOWN = new ClusterState(Long.MIN_VALUE, List.of(), Set.of());

    /** Shards the node at this address owns, in order. */
    List<Integer> ownedBy(String address) {
        return shards.stream()
                .filter(shard -> shard.node().equals(address))
                .map(ShardStatus::shard)
                .sorted()
                .toList();
    }

    boolean allRelaying(int expectedShards) {
        return shards.size() == expectedShards && shards.stream().allMatch(ShardStatus::relaying);
    }

    Set<String> owners() {
        return shards.stream()
                .map(ShardStatus::node)
                .filter(node -> !node.isEmpty())
                .collect(Collectors.toSet());
    }

    /** Which shards hold rows back, and why, as far as they say. */
    String trouble() {
        if (shards.isEmpty()) {
            return "no node answered about its shards";
        }
        String stuck = shards.stream()
                .filter(shard -> !shard.relaying() || shard.rowsWaiting() != 0 || shard.lastError() != null)
                .map(ShardStatus::trouble)
                .collect(Collectors.joining("; "));
        return stuck.isEmpty() ? "every shard says it is relaying and nothing waits" : stuck;
    }
}
