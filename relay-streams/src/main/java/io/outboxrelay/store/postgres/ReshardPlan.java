package io.outboxrelay.store.postgres;

import io.outboxrelay.model.SlotRange;
import io.outboxrelay.model.Slots;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where shards go on from once their slots are dealt anew. Pure.
 *
 * <p>A shard that gets slots of one old shard, or of several that stand at the same position, goes on from there. One
 * that gets slots of shards at different positions goes on from the snapshot that all of them have passed, and leaves
 * out the rows that their old positions cover ({@link Ahead}). What a position covers is closed under the order of a
 * key, and so is the union of several; what is left is read in the order of one interval. So nothing is lost, repeated
 * or reordered, and no shard has to wait for another.
 */
record ReshardPlan(List<Standing> shards) {

    /** Rows of these slots that `position` covers were acknowledged. */
    record Ahead(SlotRange slots, SnapshotPosition position) {}

    /** One shard's slots, and what of them was acknowledged: whatever its position or any of `ahead` covers. */
    record Standing(SlotRange slots, SnapshotPosition position, List<Ahead> ahead) {
        Standing {
            ahead = List.copyOf(ahead);
        }
    }

    ReshardPlan {
        shards = List.copyOf(shards);
    }

    /**
     * Deals all slots to `count` shards.
     *
     * @param now what every shard stands at, every slot once
     * @throws IllegalArgumentException if a slot has no shard or two, or `count` is out of range
     */
    static ReshardPlan of(List<Standing> now, int count) {
        checkComplete(now);
        return new ReshardPlan(
                Slots.split(count).stream().map(slots -> merged(slots, now)).toList());
    }

    private static void checkComplete(List<Standing> now) {
        int[] owners = new int[Slots.COUNT];
        for (Standing shard : now) {
            for (int slot = shard.slots().low(); slot <= shard.slots().high(); slot++) {
                owners[slot]++;
            }
        }
        for (int slot = 0; slot < Slots.COUNT; slot++) {
            if (owners[slot] != 1) {
                throw new IllegalArgumentException("slot " + slot + " belongs to " + owners[slot] + " shards");
            }
        }
    }

    private static Standing merged(SlotRange slots, List<Standing> now) {
        List<Standing> parts = now.stream()
                .filter(part -> slots.meets(part.slots()).isPresent())
                .toList();
        SnapshotPosition base = base(parts);
        List<Ahead> ahead = new ArrayList<>();
        for (Standing part : parts) {
            keep(slots, base, new Ahead(part.slots(), part.position()), ahead);
            part.ahead().forEach(further -> keep(slots, base, further, ahead));
        }
        return new Standing(slots, base, ahead);
    }

    private static void keep(SlotRange slots, SnapshotPosition base, Ahead further, List<Ahead> ahead) {
        Optional<SlotRange> common = slots.meets(further.slots());
        if (common.isPresent() && !base.covers(further.position())) {
            ahead.add(new Ahead(common.get(), further.position()));
        }
    }

    /** Snapshots of one database are a chain, so one of them is covered by all others. */
    private static SnapshotPosition base(List<Standing> parts) {
        SnapshotPosition first = parts.get(0).position();
        if (parts.stream().allMatch(part -> part.position().equals(first))) {
            return first;
        }
        Snapshot lowest = first.prev();
        for (Standing part : parts) {
            Snapshot prev = part.position().prev();
            lowest = lowest.covers(prev) ? prev : lowest;
        }
        return SnapshotPosition.after(lowest);
    }
}
