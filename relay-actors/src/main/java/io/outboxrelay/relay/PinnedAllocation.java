package io.outboxrelay.relay;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Puts shards that an operator pinned where they are wanted, and spreads all others evenly, as if there were no pinned
 * ones. Moves nothing while it is not known which are pinned.
 */
final class PinnedAllocation implements ShardCoordinator.ActorSystemDependentAllocationStrategy {
    private final ShardCoordinator.ShardAllocationStrategy even;
    private final Supplier<Optional<Map<String, String>>> pins;
    private final Function<ActorRef, String> nodeOf;

    /**
     * @param pins nodes by shard, as {@link Pins#of}
     * @param nodeOf the host:port of a region
     */
    PinnedAllocation(
            ShardCoordinator.ShardAllocationStrategy even,
            Supplier<Optional<Map<String, String>>> pins,
            Function<ActorRef, String> nodeOf) {
        this.even = even;
        this.pins = pins;
        this.nodeOf = nodeOf;
    }

    @Override
    public void start(ActorSystem system) {
        if (even instanceof ShardCoordinator.ActorSystemDependentAllocationStrategy dependent) {
            dependent.start(system);
        }
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester,
            String shard,
            scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations) {
        Map<String, String> pinned = pins.get().orElse(Map.of());
        Map<String, ActorRef> regions = regions(allocations);
        ActorRef wanted = pinned.containsKey(shard) ? regions.get(pinned.get(shard)) : null;
        return wanted == null
                ? even.allocateShard(requester, shard, without(pinned.keySet(), allocations))
                : Future.successful(wanted);
    }

    @Override
    public Future<scala.collection.immutable.Set<String>> rebalance(
            scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations,
            scala.collection.immutable.Set<String> underWay) {
        Optional<Map<String, String>> pinned = pins.get();
        if (pinned.isEmpty()) {
            return Future.successful(immutable(Set.of()));
        }
        Set<String> misplaced = misplaced(pinned.get(), allocations);
        misplaced.removeIf(underWay::contains);
        return misplaced.isEmpty()
                ? even.rebalance(without(pinned.get().keySet(), allocations), underWay)
                : Future.successful(immutable(misplaced));
    }

    /** Those that are elsewhere, and of which the node they are wanted on has a region. */
    private Set<String> misplaced(
            Map<String, String> pinned, scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations) {
        Map<String, ActorRef> regions = regions(allocations);
        Set<String> misplaced = new HashSet<>();
        CollectionConverters.asJava(allocations)
                .forEach((region, shards) -> CollectionConverters.asJava(shards).forEach(shard -> {
                    ActorRef wanted = pinned.containsKey(shard) ? regions.get(pinned.get(shard)) : null;
                    if (wanted != null && !wanted.equals(region)) {
                        misplaced.add(shard);
                    }
                }));
        return misplaced;
    }

    private Map<String, ActorRef> regions(scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations) {
        Map<String, ActorRef> regions = new HashMap<>();
        CollectionConverters.asJava(allocations).keySet().forEach(region -> regions.put(nodeOf.apply(region), region));
        return regions;
    }

    private static scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> without(
            Set<String> pinned, scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations) {
        Map<ActorRef, IndexedSeq<String>> others = new HashMap<>();
        CollectionConverters.asJava(allocations)
                .forEach((region, shards) -> others.put(
                        region,
                        CollectionConverters.asScala(CollectionConverters.asJava(shards).stream()
                                        .filter(shard -> !pinned.contains(shard))
                                        .toList())
                                .toIndexedSeq()));
        return scala.collection.immutable.Map.from(CollectionConverters.asScala(others));
    }

    private static scala.collection.immutable.Set<String> immutable(Set<String> shards) {
        return CollectionConverters.asScala(shards).toSet();
    }
}
