package io.outboxrelay.model;

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
}
