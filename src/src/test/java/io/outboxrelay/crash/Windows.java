package io.outboxrelay.crash;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What every claim ever made has handed to the publisher and not settled: what may arrive again, and nothing else may. Thread-safe. */
final class Windows {

    /** One claim on one node. */
    record Run(String node, ShardId shard, long epoch) {}

    private final Map<Run, Set<String>> unsettled = new HashMap<>();
    private int largest;

    private static Run run(String node, Claim claim) {
        return new Run(node, claim.shard(), claim.epoch());
    }

    synchronized void entered(String node, Claim claim, Chunk chunk) {
        Set<String> window = unsettled.computeIfAbsent(run(node, claim), first -> new HashSet<>());
        chunk.rows().stream().map(OutboxRow::id).forEach(window::add);
        largest = Math.max(largest, window.size());
    }

    synchronized void settled(String node, Claim claim, List<Chunk> chunks) {
        Set<String> window = unsettled.computeIfAbsent(run(node, claim), first -> new HashSet<>());
        chunks.forEach(chunk -> chunk.rows().stream().map(OutboxRow::id).forEach(window::remove));
    }

    /** Rows that a node has in flight, or had when it ended. */
    synchronized int of(String node) {
        return unsettled.entrySet().stream()
                .filter(run -> run.getKey().node().equals(node))
                .mapToInt(run -> run.getValue().size())
                .sum();
    }

    /** The largest window any claim ever had. */
    synchronized int largest() {
        return largest;
    }

    /** How often each event may arrive again: once for each claim that ended with it in flight. */
    synchronized Map<String, Integer> allowed() {
        Map<String, Integer> allowed = new HashMap<>();
        unsettled.values().forEach(window -> window.forEach(event -> allowed.merge(event, 1, Integer::sum)));
        return allowed;
    }
}
