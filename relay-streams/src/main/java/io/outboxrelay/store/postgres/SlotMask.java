package io.outboxrelay.store.postgres;

import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import java.util.List;

/** Sets of slots as PostgreSQL's `get_bit` reads them: slot n is bit n % 8, from the lowest, of byte n / 8. */
final class SlotMask {
    private SlotMask() {}

    static byte[] of(List<SlotRange> ranges) {
        byte[] mask = new byte[Slots.COUNT / 8];
        for (SlotRange range : ranges) {
            for (int slot = range.low(); slot <= range.high(); slot++) {
                mask[slot >> 3] |= (byte) (1 << (slot & 7));
            }
        }
        return mask;
    }
}
