package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.EventShape;
import java.util.Arrays;
import java.util.BitSet;

/** What arrived of numbered events, of which those of a key bear ascending numbers. */
final class EventCheck {
    private final EventShape shape;
    private final BitSet seen = new BitSet();
    private final long[] lastOfKey;
    private long records;
    private long orderViolations;
    private long strange;
    private int distinct;

    EventCheck(EventShape shape) {
        this.shape = shape;
        this.lastOfKey = new long[shape.keys()];
        Arrays.fill(lastOfKey, -1);
    }

    /** In the order of its partition; true for an event's first time. A repeat is a duplicate, never an order violation. */
    boolean add(byte[] key, byte[] payload) {
        records++;
        long number = EventShape.number(payload);
        if (number < 0 || number > Integer.MAX_VALUE || !EventShape.text(key).equals(shape.key(number))) {
            strange++;
            return false;
        }
        if (seen.get((int) number)) {
            return false;
        }
        seen.set((int) number);
        distinct++;
        int slot = (int) (number % shape.keys());
        if (number < lastOfKey[slot]) {
            orderViolations++;
        } else {
            lastOfKey[slot] = number;
        }
        return true;
    }

    /** How many different events are there. */
    int distinct() {
        return distinct;
    }

    /** Of the events numbered from 0 to below `events`. */
    long lost(long events) {
        return events - seen.get(0, (int) events).cardinality();
    }

    long duplicates() {
        return records - strange - distinct;
    }

    long orderViolations() {
        return orderViolations;
    }

    /** Records that are none of so many events, or under another key. */
    long strange(long events) {
        return strange + distinct - (events - lost(events));
    }
}
