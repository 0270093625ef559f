package io.outboxrelay.control;

import io.outboxrelay.model.ShardId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The shards that are to rest, and the last changes, newest last. Pure. */
public record ControlState(Set<ShardId> paused, List<ControlJournal.Event> history) {
    /** The whole history is in the journal; this much of it is at hand. */
    static final int HISTORY = 50;

    public static final ControlState EMPTY = new ControlState(Set.of(), List.of());

    public boolean isPaused(ShardId shard) {
        return paused.contains(shard);
    }

    ControlState after(ControlJournal.Event event) {
        Set<ShardId> nowPaused = new HashSet<>(paused);
        if (event.pauses()) {
            nowPaused.add(event.shardId());
        } else {
            nowPaused.remove(event.shardId());
        }
        List<ControlJournal.Event> recent = new ArrayList<>(history);
        recent.add(event);
        return new ControlState(
                Set.copyOf(nowPaused),
                List.copyOf(recent.subList(Math.max(0, recent.size() - HISTORY), recent.size())));
    }
}
