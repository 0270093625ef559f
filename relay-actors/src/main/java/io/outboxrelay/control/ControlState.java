package io.outboxrelay.control;

import io.outboxrelay.model.ShardId;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What operators want at the moment. Pure.
 *
 * @param revision how many changes led to it
 * @param paused shards that are to rest, and who wants that since when and why
 * @param pins shards that are to be on a certain node, while that lasts
 * @param resharding outboxes that are being dealt to another number of shards, and to how many
 * @param history the last changes, newest last
 */
public record ControlState(
        long revision,
        Map<ShardId, String> paused,
        Map<ShardId, Pin> pins,
        Map<String, Integer> resharding,
        List<ControlJournal.Event> history) {
    /** The whole history is in the journal; this much of it is at hand. */
    static final int HISTORY = 50;

    public static final ControlState EMPTY = new ControlState(0, Map.of(), Map.of(), Map.of(), List.of());

    public ControlState {
        paused = Map.copyOf(paused);
        pins = Map.copyOf(pins);
        resharding = Map.copyOf(resharding);
        history = List.copyOf(history);
    }

    /** The last changes as people read them, newest first. */
    public List<Deed> deeds() {
        List<Deed> deeds = new ArrayList<>(history.stream().map(Deed::of).toList());
        Collections.reverse(deeds);
        return deeds;
    }

    public boolean isPaused(ShardId shard) {
        return paused.containsKey(shard);
    }

    ControlState pausing(ShardId shard, String who) {
        Map<ShardId, String> more = new HashMap<>(paused);
        more.put(shard, who);
        return new ControlState(revision, more, pins, resharding, history);
    }

    ControlState resuming(ShardId shard) {
        Map<ShardId, String> fewer = new HashMap<>(paused);
        fewer.remove(shard);
        return new ControlState(revision, fewer, pins, resharding, history);
    }

    ControlState dealing(String outbox, int shards) {
        Map<String, Integer> more = new HashMap<>(resharding);
        more.put(outbox, shards);
        return new ControlState(revision, paused, pins, more, history);
    }

    ControlState pinning(ShardId shard, Pin pin) {
        Map<ShardId, Pin> more = new HashMap<>(pins);
        more.put(shard, pin);
        return new ControlState(revision, paused, more, resharding, history);
    }

    ControlState unpinning(ShardId shard) {
        Map<ShardId, Pin> fewer = new HashMap<>(pins);
        fewer.remove(shard);
        return new ControlState(revision, paused, fewer, resharding, history);
    }

    /** Its shards are others now, if it was `done`: where the former ones were wanted says nothing about them. */
    ControlState dealt(String outbox, boolean done) {
        Map<ShardId, Pin> kept = new HashMap<>(pins);
        if (done) {
            kept.keySet().removeIf(shard -> shard.outbox().equals(outbox));
        }
        Map<String, Integer> fewer = new HashMap<>(resharding);
        fewer.remove(outbox);
        return new ControlState(revision, paused, kept, fewer, history);
    }

    /** With one more change. */
    public ControlState after(ControlJournal.Event event) {
        List<ControlJournal.Event> recent = new ArrayList<>(history);
        recent.add(event);
        ControlState next = event.applied(this);
        return new ControlState(
                revision + 1,
                next.paused(),
                next.pins(),
                next.resharding(),
                recent.subList(Math.max(0, recent.size() - HISTORY), recent.size()));
    }
}
