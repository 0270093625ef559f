package io.outboxrelay.demo;

import java.util.OptionalInt;
import java.util.UUID;

/**
 * Ids of the events of one demo run: a random half that tells this run from any other, and a half that counts. So
 * millions of events can be remembered as one bit each.
 */
record EventIds(long run) {
    private static final long VERSION_8 = 0x8000L;
    private static final long VARIANT = 0x8000_0000_0000_0000L;

    static EventIds random() {
        return new EventIds((UUID.randomUUID().getMostSignificantBits() & ~0xf000L) | VERSION_8);
    }

    UUID of(int number) {
        return new UUID(run, VARIANT | number);
    }

    /** The number of an event of this run; empty for anything else, malformed ids included. */
    OptionalInt numberOf(String id) {
        if (id.length() != 36) {
            return OptionalInt.empty();
        }
        try {
            UUID uuid = UUID.fromString(id);
            long number = uuid.getLeastSignificantBits() ^ VARIANT;
            boolean ours = uuid.getMostSignificantBits() == run && number >= 0 && number <= Integer.MAX_VALUE;
            return ours ? OptionalInt.of((int) number) : OptionalInt.empty();
        } catch (IllegalArgumentException notAnId) {
            return OptionalInt.empty();
        }
    }
}
