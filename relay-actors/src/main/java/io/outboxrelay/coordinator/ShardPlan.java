package io.outboxrelay.coordinator;

import io.outboxrelay.control.ControlState;
import io.outboxrelay.model.ShardId;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * Who is told what: every shard of every outbox to run, except those an operator paused, and those of an outbox that is
 * being dealt anew. Pure.
 *
 * @param shards how many each outbox has, by its name; only those of which that is known
 * @param intent may name shards that no longer exist
 */
record ShardPlan(Map<String, Integer> shards, ControlState intent) {
    static final ShardPlan NOTHING_KNOWN = new ShardPlan(Map.of(), ControlState.EMPTY);

    /**
     * What one shard is to be told.
     *
     * @param why it is to rest; otherwise empty
     */
    record Wake(ShardId shard, boolean paused, String why) {}

    ShardPlan {
        shards = Map.copyOf(shards);
    }

    /** Of each of these outboxes, by name. */
    Map<String, CoordinatorActor.OutboxState> states(Set<String> outboxes, Nodes nodes) {
        Map<String, CoordinatorActor.OutboxState> states = new TreeMap<>();
        outboxes.forEach(outbox -> states.put(
                outbox,
                new CoordinatorActor.OutboxState(
                        count(outbox).orElse(null), target(outbox).orElse(null), pinned(outbox, nodes))));
        return states;
    }

    private List<CoordinatorActor.Pinned> pinned(String outbox, Nodes nodes) {
        return intent.pins().entrySet().stream()
                .filter(pin -> pin.getKey().outbox().equals(outbox) && nodes.has(pin.getValue()))
                .map(pin -> new CoordinatorActor.Pinned(
                        pin.getKey().number(), pin.getValue().node()))
                .sorted(Comparator.comparingInt(CoordinatorActor.Pinned::shard))
                .toList();
    }

    /** What operators did last. */
    CoordinatorActor.History history() {
        return new CoordinatorActor.History(intent.deeds());
    }

    /** Every shard, by outbox and number, but none of an outbox that was dealt until that is written down. */
    List<Wake> all() {
        return new TreeMap<>(shards)
                .entrySet().stream()
                        .filter(outbox -> !isDealt(outbox.getKey()))
                        .flatMap(outbox -> IntStream.range(0, outbox.getValue())
                                .mapToObj(number -> wake(new ShardId(outbox.getKey(), number))))
                        .toList();
    }

    /** Empty when there is no such shard, as far as is known. */
    Optional<Wake> of(ShardId shard) {
        return shard.number() < shards.getOrDefault(shard.outbox(), 0) ? Optional.of(wake(shard)) : Optional.empty();
    }

    /** The shards that are to be told something other than `before`. */
    List<Wake> changedSince(ShardPlan before) {
        return all().stream()
                .filter(wake -> !before.of(wake.shard()).equals(Optional.of(wake)))
                .toList();
    }

    ShardPlan with(ControlState now) {
        return new ShardPlan(shards, now);
    }

    ShardPlan with(String outbox, int count) {
        Map<String, Integer> more = new HashMap<>(shards);
        more.put(outbox, count);
        return new ShardPlan(more, intent);
    }

    /** Empty while it is not known. */
    Optional<Integer> count(String outbox) {
        return Optional.ofNullable(shards.get(outbox));
    }

    /** How many shards the outbox is being dealt to; empty if it is not. */
    Optional<Integer> target(String outbox) {
        return Optional.ofNullable(intent.resharding().get(outbox));
    }

    /** Whether the outbox has the shards it is being dealt to. */
    boolean isDealt(String outbox) {
        return target(outbox).isPresent() && target(outbox).equals(count(outbox));
    }

    private Wake wake(ShardId shard) {
        String who = intent.paused().get(shard);
        if (who != null) {
            return new Wake(shard, true, "paused " + who);
        }
        return target(shard.outbox())
                .map(target -> new Wake(
                        shard, true, "rests while outbox " + shard.outbox() + " is dealt to " + target + " shards"))
                .orElseGet(() -> new Wake(shard, false, ""));
    }
}
