package io.outboxrelay.demo;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * Judges every record that arrives. What may not appear is told by the writers, what must appear by the ledger. One bit
 * per event and one number per order, so that it can watch for days. Called from the writers' and the consumer's thread.
 */
final class Checker {

    /** What was found so far. `distinct` counts events, `records` counts every arrival. */
    record Findings(
            long records,
            long distinct,
            long duplicates,
            long rolledBackSeen,
            long foreign,
            long malformed,
            long outOfOrder) {}

    private final EventIds ids;
    private final BitSet seen = new BitSet();
    private final BitSet forbidden = new BitSet();
    private final Map<String, Long> lastVersion = new HashMap<>();
    private final Map<Integer, Integer> repeats = new HashMap<>();
    private long records;
    private long distinct;
    private long duplicates;
    private long rolledBackSeen;
    private long foreign;
    private long malformed;
    private long outOfOrder;

    Checker(EventIds ids) {
        this.ids = ids;
    }

    /** The transaction (or savepoint) that wrote this event was rolled back: it must never arrive. */
    synchronized void mustNotAppear(int attempt) {
        forbidden.set(attempt);
        if (seen.get(attempt)) {
            rolledBackSeen++;
        }
    }

    /**
     * A record arrived; null stands for a header, key or payload that is missing or cannot be read. True where it is the
     * first arrival of an event of this run.
     */
    synchronized boolean arrived(@Nullable String id, @Nullable String key, @Nullable OrderChanged event) {
        records++;
        OptionalInt attempt = id == null ? OptionalInt.empty() : ids.numberOf(id);
        if (attempt.isEmpty()) {
            foreign++;
        } else if (event == null
                || event.attempt() != attempt.getAsInt()
                || !event.order().equals(key)) {
            malformed++;
            distinct += seen.get(attempt.getAsInt()) ? 0 : 1;
            seen.set(attempt.getAsInt());
        } else if (seen.get(attempt.getAsInt())) {
            duplicates++;
            repeats.merge(attempt.getAsInt(), 1, Integer::sum);
        } else {
            first(attempt.getAsInt(), event);
            return true;
        }
        return false;
    }

    private void first(int attempt, OrderChanged event) {
        seen.set(attempt);
        distinct++;
        if (forbidden.get(attempt)) {
            rolledBackSeen++;
            return;
        }
        Long last = lastVersion.get(event.order());
        if (last != null && event.version() <= last) {
            outOfOrder++;
        } else {
            lastVersion.put(event.order(), event.version());
        }
    }

    synchronized Findings findings() {
        return new Findings(records, distinct, duplicates, rolledBackSeen, foreign, malformed, outOfOrder);
    }

    /** Events that arrived, one bit each, as of now. */
    synchronized BitSet seen() {
        return (BitSet) seen.clone();
    }

    /** How often an event arrived again, for those that did. */
    synchronized Map<Integer, Integer> repeats() {
        return Map.copyOf(repeats);
    }

    /** Committed events that have not arrived. */
    static int missing(BitSet committed, BitSet seen) {
        return minus(committed, seen);
    }

    /** Events that arrived although the database knows nothing of them. */
    static int phantoms(BitSet committed, BitSet seen) {
        return minus(seen, committed);
    }

    private static int minus(BitSet left, BitSet right) {
        BitSet difference = (BitSet) left.clone();
        difference.andNot(right);
        return difference.cardinality();
    }
}
