package io.outboxrelay.bench;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.BitSet;

/**
 * What arrived of the rows of {@link BenchServer#fill}: each payload begins with its event's number, and a key's events
 * bear ascending numbers.
 */
final class EventCheck {
    private static final int KEYS = 10_000;

    private final BitSet seen;
    private final int[] lastOfKey = new int[KEYS];
    private final int events;
    private long records;
    private long orderViolations;
    private long strange;

    EventCheck(int events) {
        this.events = events;
        this.seen = new BitSet(events);
        Arrays.fill(lastOfKey, -1);
    }

    /** In the order of its partition. A repeat is a duplicate, never an order violation. */
    void add(byte[] key, byte[] payload) {
        records++;
        int number = number(payload);
        if (number < 0
                || number >= events
                || !new String(key, StandardCharsets.UTF_8).equals("order-" + number % KEYS)) {
            strange++;
            return;
        }
        if (seen.get(number)) {
            return;
        }
        seen.set(number);
        int slot = number % KEYS;
        if (number < lastOfKey[slot]) {
            orderViolations++;
        } else {
            lastOfKey[slot] = number;
        }
    }

    private static int number(byte[] payload) {
        int number = 0;
        int at = 0;
        while (at < payload.length && at < 9 && payload[at] >= '0' && payload[at] <= '9') {
            number = 10 * number + payload[at++] - '0';
        }
        return at == 0 ? -1 : number;
    }

    boolean complete() {
        return seen.cardinality() == events;
    }

    long lost() {
        return (long) events - seen.cardinality();
    }

    long duplicates() {
        return records - strange - seen.cardinality();
    }

    long orderViolations() {
        return orderViolations;
    }

    /** Records that are none of the events, or under another key. */
    long strange() {
        return strange;
    }
}
