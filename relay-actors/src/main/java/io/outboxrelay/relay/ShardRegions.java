package io.outboxrelay.relay;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardSetup;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.store.Owner;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.stream.StreamSupport;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.sharding.ShardCoordinator;
import org.apache.pekko.cluster.sharding.typed.ClusterShardingSettings;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;
import org.apache.pekko.cluster.sharding.typed.javadsl.Entity;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityRef;
import org.apache.pekko.cluster.sharding.typed.javadsl.EntityTypeKey;
import org.apache.pekko.cluster.typed.Cluster;

/** Cluster sharding as the relay uses it: one entity type for each outbox, one entity for each shard. */
record ShardRegions(ActorSystem<?> system, ClusterSharding sharding, Pins pins, Clock clock) {
    /** A little more than a shard takes to count its backlog. */
    private static final Duration STATUS_WITHIN = Duration.ofSeconds(3);

    /** A node that joins takes over its part in one round. */
    private static final int MOVED_AT_ONCE = 1024;

    static ShardRegions of(ActorSystem<?> system, Clock clock) {
        return new ShardRegions(system, ClusterSharding.get(system), new Pins(new ShardHosts(system)::nodes), clock);
    }

    void init(RelayedOutbox outbox) {
        String name = outbox.settings().name();
        sharding.init(Entity.of(
                        key(name),
                        entity -> ShardActor.create(
                                setup(outbox, new ShardId(name, Integer.parseInt(entity.getEntityId())))))
                .withStopMessage(ShardActor.Order.DRAIN)
                .withMessageExtractor(new ShardPerEntity())
                .withAllocationStrategy(CalmAllocation.of(system, pinned(name)))
                // a shard gets few messages, and none through sharding while it is busiest
                .withSettings(ClusterShardingSettings.create(system).withNoPassivationStrategy()));
    }

    private ShardCoordinator.ShardAllocationStrategy pinned(String outbox) {
        return new PinnedAllocation(
                ShardCoordinator.leastShardAllocationStrategy(MOVED_AT_ONCE, 1.0),
                () -> pins.of(outbox),
                region -> Owner.at(
                        region.path().address().hasLocalScope()
                                ? Cluster.get(system).selfMember().address()
                                : region.path().address()));
    }

    void keep(ShardId shard, boolean paused, String why, long revision) {
        entity(shard).tell(new ShardActor.Keep(paused, why, revision));
    }

    void tryAgain(ShardId shard) {
        entity(shard).tell(ShardActor.Order.TRY_AGAIN);
    }

    CompletionStage<ShardActor.Restarting> restart(ShardId shard) {
        return entity(shard).ask(ShardActor.Restart::new, STATUS_WITHIN);
    }

    CompletionStage<ShardStatus> status(ShardId shard) {
        return entity(shard).ask(ShardActor.GetStatus::new, STATUS_WITHIN);
    }

    CompletionStage<Boolean> rests(ShardId shard) {
        return entity(shard)
                .ask(ShardActor.GetPhase::new, STATUS_WITHIN)
                .thenApply(answer -> answer.phase() == Phase.PAUSED);
    }

    private EntityRef<ShardActor.Command> entity(ShardId shard) {
        return sharding.entityRefFor(key(shard.outbox()), Integer.toString(shard.number()));
    }

    private ShardSetup setup(RelayedOutbox outbox, ShardId shard) {
        return new ShardSetup(
                shard,
                outbox.settings(),
                outbox.store(),
                outbox.publisher(),
                Owner.at(Cluster.get(system).selfMember().address()),
                this::isMember,
                this::drained,
                System::nanoTime,
                clock);
    }

    /** As far as this node knows. */
    private boolean isMember(String owner) {
        Iterable<Member> members = Cluster.get(system).state().getMembers();
        return StreamSupport.stream(members.spliterator(), false)
                .anyMatch(member -> Owner.at(member.address()).equals(owner));
    }

    /** Before the coordinator can be reached from here it wakes shards at its interval anyway. */
    private void drained(ShardId shard) {
        RelayExtension.get(system)
                .handles()
                .ifPresent(handles -> handles.coordinator().tell(new CoordinatorActor.ShardStopped(shard)));
    }

    private static EntityTypeKey<ShardActor.Command> key(String outbox) {
        return EntityTypeKey.create(ShardActor.Command.class, "outbox-" + outbox);
    }
}
