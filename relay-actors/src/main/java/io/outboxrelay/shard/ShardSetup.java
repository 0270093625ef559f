package io.outboxrelay.shard;

import io.outboxrelay.graph.Backoff;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.OutboxStore;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * What a shard actor works with.
 *
 * @param node host:port of this node
 * @param onDrained told when the shard was drained for a hand-over, so that its next owner can be woken at once
 * @param nanoTime for elapsed times
 */
public record ShardSetup(
        ShardId shard,
        OutboxSettings settings,
        OutboxStore store,
        Publisher publisher,
        String node,
        Consumer<ShardId> onDrained,
        LongSupplier nanoTime) {

    Backoff backoff() {
        return new Backoff(settings.retry().backoffMin(), settings.retry().backoffMax());
    }
}
