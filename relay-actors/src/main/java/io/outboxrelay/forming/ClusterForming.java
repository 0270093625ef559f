package io.outboxrelay.forming;

import io.outboxrelay.cluster.AgreedCheck;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.ClusterSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.store.postgres.NodeTable;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Props;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Makes a started actor system a member of its cluster, found through the node table or static seeds. */
public final class ClusterForming {
    private static final Logger log = LoggerFactory.getLogger(ClusterForming.class);

    private ClusterForming() {}

    /**
     * Joins, and from then on keeps this node's row in the node table until the system stops. To be called once.
     *
     * @return completes when this node is Up; fails with a MISCONFIGURED {@link RelayException} if a person must act
     *     first, and once the system has ended if the cluster's configuration is another; waits as long as the database
     *     or the other nodes cannot be reached
     */
    public static CompletionStage<Done> join(ActorSystem<?> system, RelaySettings settings) {
        CompletableFuture<Done> up = new CompletableFuture<>();
        if (settings.cluster().isOpenToAnybody()) {
            log.warn(
                    "outbox-relay.cluster.host = {} and no outbox-relay.cluster.tls: whoever reaches port {} can act as"
                            + " a node of this cluster; give the nodes certificates, or keep others from the port",
                    settings.cluster().host(),
                    settings.cluster().port());
        }
        system.getWhenTerminated().thenAccept(done -> up.completeExceptionally(ended(system)));
        if (settings.cluster().seeds() == ClusterSettings.Seeds.STATIC) {
            system.systemActorOf(UpWatch.create(up), "cluster-forming", Props.empty());
            joinSeeds(system, settings.cluster().seedNodes());
            return up;
        }
        NodeTable table = new NodeTable(settings.database());
        ActorRef<FormingActor.Command> actor = system.systemActorOf(
                FormingActor.create(table, settings.cluster().nodeExpiry(), up), "cluster-forming", Props.empty());
        // After leaving: until then a node that starts must join this one instead of forming a cluster beside it.
        CoordinatedShutdown.get(system)
                .addTask(CoordinatedShutdown.PhaseClusterExitingDone(), "leave-node-table", () -> {
                    CompletableFuture<Done> left = new CompletableFuture<>();
                    actor.tell(new FormingActor.Leave(left));
                    return left;
                });
        return up;
    }

    /** Why a node ended before it was Up; of no effect on one that was. */
    private static RelayException ended(ActorSystem<?> system) {
        if (!isRefused(system)) {
            return new RelayException(Fault.TRANSIENT, "the node was stopped before it was a member of the cluster");
        }
        return new RelayException(
                Fault.MISCONFIGURED,
                "this node does not fit the cluster it was to join: "
                        + AgreedCheck.refusal(system.classicSystem())
                                .orElse("its Pekko settings differ; the log of the cluster's nodes says in what"));
    }

    /** This node ended because its configuration and that of the cluster contradict each other. */
    public static boolean isRefused(ActorSystem<?> system) {
        return CoordinatedShutdown.get(system)
                .getShutdownReason()
                .filter(CoordinatedShutdown.incompatibleConfigurationDetectedReason()::equals)
                .isPresent();
    }

    static void joinSeeds(ActorSystem<?> system, List<String> nodes) {
        List<Address> seeds =
                nodes.stream().map(node -> address(system.name(), node)).toList();
        Cluster.get(system).manager().tell(new JoinSeedNodes(seeds));
    }

    /** This node as it signs: `host:port`. */
    static String ownNode(ActorSystem<?> system) {
        Address own = Cluster.get(system).selfMember().address();
        String host = own.getHost().orElseThrow();
        return (host.contains(":") ? "[" + host + "]" : host) + ":"
                + own.getPort().orElseThrow();
    }

    private static Address address(String system, String node) {
        int colon = node.lastIndexOf(':');
        String host = node.substring(0, colon).replaceAll("[\\[\\]]", "");
        return new Address("pekko", system, host, Integer.parseInt(node.substring(colon + 1)));
    }
}
