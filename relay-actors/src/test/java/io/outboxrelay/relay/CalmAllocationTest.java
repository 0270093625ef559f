package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.junit.jupiter.api.Test;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.collection.immutable.Map$;
import scala.collection.immutable.Set;
import scala.collection.immutable.Set$;
import scala.concurrent.Future;
import scala.jdk.javaapi.CollectionConverters;

class CalmAllocationTest {
    private static final Map<ActorRef, IndexedSeq<String>> ALLOCATIONS = Map$.MODULE$.empty();
    private static final Set<String> NOTHING = Set$.MODULE$.empty();

    private final AtomicBoolean leaving = new AtomicBoolean();
    private final CalmAllocation allocation = new CalmAllocation(new MovesShardSeven(), leaving::get);

    /** Always finds a better place for one shard. */
    private static final class MovesShardSeven implements ShardCoordinator.ShardAllocationStrategy {
        @Override
        public Future<ActorRef> allocateShard(
                ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> allocations) {
            return Future.successful(ActorRef.noSender());
        }

        @Override
        public Future<Set<String>> rebalance(Map<ActorRef, IndexedSeq<String>> allocations, Set<String> underWay) {
            return Future.successful(
                    CollectionConverters.asScala(java.util.Set.of("7")).toSet());
        }
    }

    @Test
    void nothingIsMovedToABetterPlaceWhileAMemberLeaves() {
        assertThat(rebalanced()).containsExactly("7");
        leaving.set(true);
        assertThat(rebalanced()).isEmpty();
        leaving.set(false);
        assertThat(rebalanced()).containsExactly("7");
    }

    @Test
    void aShardWithoutAPlaceGetsOneAllTheSame() {
        leaving.set(true);
        assertThat(allocation
                        .allocateShard(ActorRef.noSender(), "7", ALLOCATIONS)
                        .isCompleted())
                .isTrue();
    }

    private java.util.Set<String> rebalanced() {
        return CollectionConverters.asJava(
                allocation.rebalance(ALLOCATIONS, NOTHING).value().get().get());
    }
}
