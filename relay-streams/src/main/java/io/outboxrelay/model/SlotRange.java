package io.outboxrelay.model;

import java.util.Optional;

/** The slots `low` to `high`, both included. */
public record SlotRange(int low, int high) {
    public SlotRange {
        if (low < 0 || high >= Slots.COUNT || low > high) {
            throw new IllegalArgumentException("slots " + low + "-" + high + ", legal: 0 to " + (Slots.COUNT - 1));
        }
    }

    public boolean contains(int slot) {
        return slot >= low && slot <= high;
    }

    /** The slots in both ranges. */
    public Optional<SlotRange> meets(SlotRange other) {
        int from = Math.max(low, other.low);
        int to = Math.min(high, other.high);
        return from <= to ? Optional.of(new SlotRange(from, to)) : Optional.empty();
    }
}
