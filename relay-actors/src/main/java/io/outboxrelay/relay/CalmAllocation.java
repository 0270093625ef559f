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
 * Places shards, but never begins to move them while a member leaves: sharding's coordinator may be about to move with
 * it, and a shard that was stopped for a better place would wait seconds for the next one. Nor while a member is
 * unreachable: every region has to agree to a move, and the shard would rest until it is clear that one does not.
 */
final class CalmAllocation implements ShardCoordinator.ActorSystemDependentAllocationStrategy {
    private static final Set<MemberStatus> LEAVING =
            Set.of(MemberStatus.leaving(), MemberStatus.exiting(), MemberStatus.down());

    private final ShardCoordinator.ShardAllocationStrategy places;
    private final BooleanSupplier unrest;

    /** @param unrest whether a member leaves or is unreachable, as far as the node knows that the coordinator is on */
    CalmAllocation(ShardCoordinator.ShardAllocationStrategy places, BooleanSupplier unrest) {
        this.places = places;
        this.unrest = unrest;
    }

    /** Of a node. */
    static CalmAllocation of(
            org.apache.pekko.actor.typed.ActorSystem<?> system, ShardCoordinator.ShardAllocationStrategy places) {
        return new CalmAllocation(
                places,
                () -> CoordinatedShutdown.get(system).getShutdownReason().isPresent()
                        || !Cluster.get(system).state().getUnreachable().isEmpty()
                        || StreamSupport.stream(
                                        Cluster.get(system).state().getMembers().spliterator(), false)
                                .anyMatch(member -> LEAVING.contains(member.status())));
    }

    @Override
    public void start(org.apache.pekko.actor.ActorSystem system) {
        if (places instanceof ShardCoordinator.ActorSystemDependentAllocationStrategy dependent) {
            dependent.start(system);
        }
    }

    @Override
    public Future<ActorRef> allocateShard(
            ActorRef requester, String shard, Map<ActorRef, IndexedSeq<String>> allocations) {
        return places.allocateShard(requester, shard, allocations);
    }

    @Override
    public Future<scala.collection.immutable.Set<String>> rebalance(
            Map<ActorRef, IndexedSeq<String>> allocations, scala.collection.immutable.Set<String> underWay) {
        return unrest.getAsBoolean()
                ? Future.successful(scala.collection.immutable.Set$.MODULE$.<String>empty())
                : places.rebalance(allocations, underWay);
    }
}
