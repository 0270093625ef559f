package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.IndexedSeq;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

class PinnedAllocationTest {
    private static final ActorTestKit KIT = ActorTestKit.create("PinnedAllocationTest");
    private static final ActorRef HERE =
            Adapter.toClassic(KIT.createTestProbe("here").ref());
    private static final ActorRef THERE =
            Adapter.toClassic(KIT.createTestProbe("there").ref());

    private final List<Map<ActorRef, List<String>>> seen = new ArrayList<>();
    private Optional<Map<String, String>> pins = Optional.of(Map.of());
    private final PinnedAllocation allocation = new PinnedAllocation(
            new MovesShardSeven(), () -> pins, region -> region.equals(HERE) ? "here:1" : "there:2");

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    /** Always finds a better place for one shard, and the first node for each. */
    private final class MovesShardSeven implements ShardCoordinator.ShardAllocationStrategy {
        @Override
        public Future<ActorRef> allocateShard(
                ActorRef requester,
                String shard,
                scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations) {
            see(allocations);
            return Future.successful(HERE);
        }

        @Override
        public Future<scala.collection.immutable.Set<String>> rebalance(
                scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations,
                scala.collection.immutable.Set<String> underWay) {
            see(allocations);
            return Future.successful(CollectionConverters.asScala(Set.of("7")).toSet());
        }
    }

    private void see(scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations) {
        Map<ActorRef, List<String>> shards = new HashMap<>();
        CollectionConverters.asJava(allocations)
                .forEach((region, held) -> shards.put(region, List.copyOf(CollectionConverters.asJava(held))));
        seen.add(shards);
    }

    @Test
    void aPinnedShardMovesFirstAndOnceAndOthersAreSpreadAsIfThereWasNone() {
        pins = Optional.of(Map.of("1", "there:2", "9", "there:2"));
        assertThat(rebalanced(Set.of())).containsExactly("1");
        assertThat(seen).isEmpty();
        assertThat(rebalanced(Set.of("1"))).containsExactly("7");
        assertThat(seen).containsExactly(Map.of(HERE, List.of("0", "7"), THERE, List.of()));
    }

    @Test
    void aPinnedShardGetsItsPlaceAndNoneThatIsNotThere() {
        pins = Optional.of(Map.of("1", "there:2", "2", "gone:3"));
        assertThat(allocated("1")).isEqualTo(THERE);
        assertThat(allocated("2")).isEqualTo(HERE);
        assertThat(allocated("0")).isEqualTo(HERE);
        assertThat(rebalanced(Set.of("1"))).as("2 is wanted nowhere").containsExactly("7");
    }

    @Test
    void nothingIsMovedBeforeThePinsAreKnownAndAShardWithoutAPlaceGetsOne() {
        pins = Optional.empty();
        assertThat(rebalanced(Set.of())).isEmpty();
        assertThat(allocated("1")).isEqualTo(HERE);
    }

    /** Shards 0, 1 and 7 here, 9 there. */
    private static scala.collection.immutable.Map<ActorRef, IndexedSeq<String>> allocations() {
        return scala.collection.immutable.Map.from(CollectionConverters.asScala(Map.of(
                HERE,
                CollectionConverters.asScala(List.of("0", "1", "7")).toIndexedSeq(),
                THERE,
                CollectionConverters.asScala(List.of("9")).toIndexedSeq())));
    }

    private ActorRef allocated(String shard) {
        return allocation
                .allocateShard(ActorRef.noSender(), shard, allocations())
                .value()
                .get()
                .get();
    }

    private Set<String> rebalanced(Set<String> underWay) {
        return CollectionConverters.asJava(allocation
                .rebalance(allocations(), CollectionConverters.asScala(underWay).toSet())
                .value()
                .get()
                .get());
    }
}
