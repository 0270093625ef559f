package io.outboxrelay.store.postgres;

import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/** Several shards that read together, each by its slots: which of them a slot belongs to. */
final class Deal {
    private static final short NOBODY = -1;

    private final List<SlotRange> parts;
    private final short[] partOfSlot = new short[Slots.COUNT];

    Deal(List<SlotRange> parts) {
        this.parts = List.copyOf(parts);
        Arrays.fill(partOfSlot, NOBODY);
        for (int part = 0; part < parts.size(); part++) {
            SlotRange slots = parts.get(part);
            Arrays.fill(partOfSlot, slots.low(), slots.high() + 1, (short) part);
        }
    }

    int parts() {
        return parts.size();
    }

    int partOf(int slot) {
        return partOfSlot[slot];
    }

    /** All slots in as few ranges as they make. */
    List<SlotRange> ranges() {
        List<SlotRange> ascending =
                parts.stream().sorted(Comparator.comparingInt(SlotRange::low)).toList();
        List<SlotRange> ranges = new ArrayList<>();
        for (SlotRange next : ascending) {
            SlotRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.high() + 1 == next.low()) {
                ranges.set(ranges.size() - 1, new SlotRange(last.low(), next.high()));
            } else {
                ranges.add(next);
            }
        }
        return ranges;
    }
}
