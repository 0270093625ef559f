package io.outboxrelay.simulation;

import java.util.function.Consumer;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.ClusterEvent;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.ClusterCommand;
import org.apache.pekko.cluster.typed.ClusterStateSubscription;

/** Takes subscriptions to membership and has nothing else of a cluster. */
final class StubbedCluster extends Cluster {
    private final ActorRef<ClusterStateSubscription> subscriptions;

    StubbedCluster(ActorSystem<?> system, Consumer<ClusterStateSubscription> subscribed) {
        this.subscriptions = system.systemActorOf(
                Behaviors.receive(ClusterStateSubscription.class)
                        .onAnyMessage(subscription -> {
                            subscribed.accept(subscription);
                            return Behaviors.same();
                        })
                        .build(),
                "subscriptions",
                Props.empty());
    }

    @Override
    public ActorRef<ClusterStateSubscription> subscriptions() {
        return subscriptions;
    }

    @Override
    public Member selfMember() {
        throw new UnsupportedOperationException("simulated nodes have no member");
    }

    @Override
    public boolean isTerminated() {
        return false;
    }

    @Override
    public ClusterEvent.CurrentClusterState state() {
        throw new UnsupportedOperationException("the simulation knows the state of the cluster");
    }

    @Override
    public ActorRef<ClusterCommand> manager() {
        throw new UnsupportedOperationException("the simulation manages the cluster");
    }
}
