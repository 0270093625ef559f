package io.outboxrelay.relay;

import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.ActorRef;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.apache.pekko.cluster.typed.Cluster;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Map;
import scala.concurrent.Future;

/**
 * Spreads shards evenly, but never begins with that while a member leaves: sharding's coordinator may be about to move with
 * it, and a shard that was stopped for a better place would wait seconds for the next one.
 */
final class CalmAllocation implements ShardCoordinator.ActorSystemDependentAllocationStrategy {
    private static final Set<MemberStatus> LEAVING =
            Set.of(MemberStatus.leaving(), MemberStatus.exiting(), MemberStatus.down());

    private final ShardCoordinator.ShardAllocationStrategy even;
    private final BooleanSupplier somebodyLeaves;

    /** @param somebodyLeaves as far as the node knows that the coordinator is on */
    CalmAllocation(ShardCoordinator.ShardAllocationStrategy even, BooleanSupplier somebodyLeaves) {
        this.even = even;
        this.somebodyLeaves = somebodyLeaves;
    }

    /** Of a node. */
    static CalmAllocation of(
            org.apache.pekko.actor.typed.ActorSystem<?> system, ShardCoordinator.ShardAllocationStrategy even) {
        return new CalmAllocation(
                even,
                () -> CoordinatedShutdown.get(system).getShutdownReason().isPresent()
                        || StreamSupport.stream(
                                        Cluster.get(system).state().getMembers().spliterator(), false)
                                .anyMatch(member -> LEAVING.contains(member.status())));
    }

    @Override
    public void start(org.apache.pekko.actor.ActorSystem system) {
        if (even instanceof ShardCoordinator.ActorSystemDependentAllocationStrategy dependent) {
            dependent.start(system);
        }
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> allocations) {
        return even.allocateShard(requester, shard, allocations);
    }

    @Override
    public Future<scala.collection.immutable.Set<String>> rebalance(
            Map<ActorRef, IndexedSeq<String>> allocations, scala.collection.immutable.Set<String> underWay) {
        return somebodyLeaves.getAsBoolean()
                ? Future.successful(scala.collection.immutable.Set$.MODULE$.<String>empty())
                : even.rebalance(allocations, underWay);
    }
}
