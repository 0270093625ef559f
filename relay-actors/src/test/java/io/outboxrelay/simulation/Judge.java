package io.outboxrelay.simulation;

import io.outboxrelay.client.RepeatFilter;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.Verdict;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Looks at everything that reaches the database and the topic, and knows what must not happen.
 *
 * <ul>
 *   <li>Nothing is lost, invented or reordered; what a consumer keeps behind a {@link RepeatFilter} is every event once.
 *   <li>A position moves past published rows only, and only under the newest epoch of its shard.
 *   <li>A row arrives again only if it was not settled when the claim it arrives under was made, once for each claim, and
 *       no claim has more than W rows published and not settled. So repeats come after an unclean end, and within W.
 *   <li>What was concluded is settled, and nothing arrives under it any more.
 *   <li>A shard whose pause was confirmed, and which then said that it rests, publishes nothing until it is resumed; but
 *       for nodes that were expelled from the cluster and do not know it yet, which only the epoch can stop.
 * </ul>
 */
final class Judge {
    private static final int KEPT = 10;

    private record Key(int shard, long epoch) {
        static Key of(Claim claim) {
            return new Key(claim.shard().number(), claim.epoch());
        }
    }

    private static final class ClaimRecord {
        final long number;
        final Set<Long> published = new HashSet<>();
        final Set<Long> unsettled = new HashSet<>();
        boolean concluded;

        ClaimRecord(long number) {
            this.number = number;
        }
    }

    private final Trace trace;
    private final int window;
    private final List<String> violations = new ArrayList<>();
    private final Map<Key, ClaimRecord> claims = new HashMap<>();
    private final Map<Long, Long> settledAt = new HashMap<>();
    private final Set<Long> arrived = new HashSet<>();
    private final Set<ShardId> resting = new HashSet<>();
    private final InMemoryOutboxStore table;
    private long number;
    private boolean dealt;

    Judge(Trace trace, InMemoryOutboxStore table, int window) {
        this.trace = trace;
        this.table = table;
        this.window = window;
    }

    List<String> violations() {
        return violations;
    }

    void violated(String what) {
        trace.note("VIOLATED " + what);
        if (violations.size() < KEPT) {
            violations.add(what);
        }
    }

    // ---- what reached the database

    void claimed(SimulatedNode node, Claim claim) {
        trace.note("claim", node + " " + claim.shard() + " epoch " + claim.epoch() + " at " + claim.position());
        claims.put(Key.of(claim), new ClaimRecord(++number));
    }

    /** The epoch the shard has in the database; 0 where there is no such shard. */
    long epochNow(Claim claim) {
        return claim.shard().number() < shards() ? table.epoch(claim.shard().number()) : 0;
    }

    private int shards() {
        return table.shards(1).toCompletableFuture().join();
    }

    /** @param epoch that the shard had in the database when it took this */
    void settled(Claim claim, long epoch, List<Chunk> chunks) {
        if (epoch != claim.epoch()) {
            violated("a position was accepted under epoch " + claim.epoch() + " of " + claim.shard() + ", which has "
                    + epoch);
        }
        number++;
        for (Chunk chunk : chunks) {
            for (OutboxRow row : chunk.rows()) {
                if (!arrived.contains(row.seq())) {
                    violated("the position of " + claim.shard() + " moved past " + row + ", which was not published");
                }
                settledAt.putIfAbsent(row.seq(), number);
                claims.values().forEach(record -> record.unsettled.remove(row.seq()));
            }
        }
    }

    void concluded(Claim claim) {
        ClaimRecord record = record(claim);
        record.concluded = true;
        if (!record.unsettled.isEmpty()) {
            violated(claim.shard() + " was concluded under epoch " + claim.epoch() + " with rows " + record.unsettled
                    + " not settled");
        }
    }

    void dealt(int count) {
        trace.note("dealt", "to " + count);
        dealt = true;
    }

    private ClaimRecord record(Claim claim) {
        ClaimRecord record = claims.get(Key.of(claim));
        if (record == null) {
            throw new IllegalStateException("nobody made this claim: " + claim);
        }
        return record;
    }

    // ---- what goes to the topic

    void sent(SimulatedNode node, Claim claim, List<OutboxRow> rows) {
        if (resting.contains(claim.shard()) && !node.isExpelled() && !rows.isEmpty()) {
            violated(node + " sends " + rows + " of " + claim.shard() + ", which is paused");
        }
    }

    void published(Claim claim, OutboxRow row) {
        trace.note("publish " + row.seq() + " of " + claim.shard() + " epoch " + claim.epoch());
        ClaimRecord record = record(claim);
        Long settled = settledAt.get(row.seq());
        if (!arrived.add(row.seq())) {
            trace.tally("repeat");
        }
        if (settled != null && settled < record.number) {
            violated(row + " arrives again under epoch " + claim.epoch() + " of " + claim.shard()
                    + ", though it was settled before that claim");
        }
        if (!record.published.add(row.seq())) {
            violated(row + " arrives twice under epoch " + claim.epoch() + " of " + claim.shard());
        }
        if (record.concluded) {
            violated(row + " arrives under epoch " + claim.epoch() + " of " + claim.shard() + ", which was concluded");
        }
        if (settled == null) {
            record.unsettled.add(row.seq());
        }
        if (record.unsettled.size() > window) {
            violated(claim.shard() + " has " + record.unsettled.size() + " rows published and not settled, legal: "
                    + window);
        }
    }

    // ---- what operators were told

    /** Its pause was confirmed, and after that it said that it rests. */
    void rests(ShardId shard) {
        trace.note("rests", shard.toString());
        resting.add(shard);
    }

    /** From now on it may run, or nobody knows. */
    void mayRun(ShardId shard) {
        resting.remove(shard);
    }

    void mayRun() {
        resting.clear();
    }

    // ---- at the end

    boolean everythingIsSettled() {
        return settledAt.size() == table.committedRows().size();
    }

    void conclude(List<SimulatedTopic.Publication> log) {
        List<OutboxRow> sent = log.stream().map(SimulatedTopic.Publication::row).toList();
        Verdict verdict = Verdict.ofRows(table.committedRows(), sent);
        if (!verdict.isAtLeastOnce()) {
            violated("lost, invented or reordered: " + verdict);
        }
        if (table.settledRows() != settledAt.size()) {
            violated(table.settledRows() + " rows count as settled, " + settledAt.size() + " were");
        }
        if (!dealt) {
            consume(log);
        }
    }

    /** As docs/consumers.md says; which shard a record comes from is part of that, so only without a reshard. */
    private void consume(List<SimulatedTopic.Publication> log) {
        RepeatFilter filter = new RepeatFilter(2 * window);
        List<OutboxRow> kept = log.stream()
                .filter(one -> !filter.isRepeat(
                        one.claim().shard() + "/simulated/" + one.claim().epoch() + "/1",
                        one.row().id()))
                .map(SimulatedTopic.Publication::row)
                .toList();
        Verdict verdict = Verdict.ofRows(table.committedRows(), kept);
        if (!verdict.isExactlyOnce()) {
            violated("behind a filter of repeats: " + verdict);
        }
    }
}
