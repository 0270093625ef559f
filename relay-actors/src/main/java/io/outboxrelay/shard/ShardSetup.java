package io.outboxrelay.shard;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.Backoff;
import io.outboxrelay.metrics.RelayMetrics;
import io.outboxrelay.metrics.ShardMetrics;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.OutboxStore;
import java.time.Clock;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Predicate;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * What a shard actor works with.
 *
 * @param node host:port of this node
 * @param isMember whether the node at this host:port belongs to the cluster
 * @param onDrained told when the shard was drained for a hand-over, so that its next owner can be woken at once
 * @param nanoTime for elapsed times
 * @param clock for the age of rows
 */
public record ShardSetup(
        ShardId shard,
        OutboxSettings settings,
        OutboxStore store,
        Publisher publisher,
        String node,
        Predicate<String> isMember,
        Consumer<ShardId> onDrained,
        LongSupplier nanoTime,
        Clock clock) {

    /** Begins to tell of the shard. */
    ShardMetrics metrics(ActorSystem<?> system) {
        return RelayMetrics.get(system).open(shard, settings.publisher().maxInFlight(), clock);
    }

    /**
     * Who fenced us should be of our own cluster. If not, two clusters relay one outbox: nothing is lost, and they would
     * take the shard from each other at every opportunity until a person ends one of them.
     */
    RelayException judged(RelayException error) {
        return error.successor()
                .filter(isMember.negate())
                .map(stranger -> new RelayException(
                        Fault.MISCONFIGURED,
                        "shard " + shard + " has two owners: " + stranger
                                + " has taken it and is not a member of this cluster; another cluster relays this"
                                + " outbox too, stop one of them",
                        error))
                .orElse(error);
    }

    Backoff backoff() {
        return new Backoff(settings.retry().backoffMin(), settings.retry().backoffMax());
    }
}
