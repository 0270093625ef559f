package io.outboxrelay.relay;

import io.outboxrelay.control.Pin;
import io.outboxrelay.coordinator.Nodes;
import io.outboxrelay.model.ShardId;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Where operators want shards. The coordinator says it here, and sharding's coordinators read it: all of them are
 * singletons, on the oldest node.
 */
final class Pins {
    private final AtomicReference<@Nullable Map<ShardId, Pin>> wanted = new AtomicReference<>();
    private final Supplier<Nodes> nodes;

    Pins(Supplier<Nodes> nodes) {
        this.nodes = nodes;
    }

    void are(Map<ShardId, Pin> now) {
        wanted.set(Map.copyOf(now));
    }

    /**
     * The host:port of nodes that can have a shard of the outbox which is pinned to them, by its number; empty while the
     * coordinator has not said yet.
     */
    Optional<Map<String, String>> of(String outbox) {
        Map<ShardId, Pin> now = wanted.get();
        if (now == null) {
            return Optional.empty();
        }
        Nodes there = nodes.get();
        return Optional.of(now.entrySet().stream()
                .filter(pin -> pin.getKey().outbox().equals(outbox) && there.has(pin.getValue()))
                .collect(Collectors.toUnmodifiableMap(
                        pin -> Integer.toString(pin.getKey().number()),
                        pin -> pin.getValue().node())));
    }
}
