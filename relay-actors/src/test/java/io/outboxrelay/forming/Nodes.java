package io.outboxrelay.forming;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.cluster.PekkoConfiguration;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.RelaySettings;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.awaitility.Awaitility;

/** Nodes of one test, all in this JVM; closing stops them. */
final class Nodes implements AutoCloseable {
    private final String url;
    private final String pekko;
    private final List<ActorSystem<Void>> systems = new ArrayList<>();

    Nodes(String url) {
        this(url, "");
    }

    /** Nodes whose file says more beside `outbox-relay`. */
    Nodes(String url, String pekko) {
        this.url = url;
        this.pekko = pekko;
    }

    /** Starts a node and lets it join; port 0 picks one. */
    CompletableFuture<Done> start(int port) {
        return start(port, "");
    }

    CompletableFuture<Done> start(int port, String more) {
        return join(listen(port, more));
    }

    /** Starts nodes that all listen before the first one joins, so that rows of their earlier lives seem alive. */
    List<CompletableFuture<Done>> startAtOnce(List<Integer> ports) {
        List<Listening> listening = ports.stream().map(port -> listen(port, "")).toList();
        return listening.stream().map(Nodes::join).toList();
    }

    /** Starts a node that is a cluster by itself. */
    void found(String more) {
        ActorSystem<Void> system = listen(0, more).system();
        ClusterForming.joinSeeds(system, List.of(ClusterForming.ownNode(system)));
    }

    /** Starts a node whose only seed is that one. */
    CompletableFuture<Done> startBeside(String seed, String more) {
        return startBeside(seed, more, () -> {});
    }

    CompletableFuture<Done> startBeside(String seed, String more, Runnable beforeJoining) {
        Listening node = listen(0, "cluster { seeds = static, seed-nodes = [\"" + seed + "\"] }\n" + more);
        beforeJoining.run();
        return join(node);
    }

    /** A node that was started and has not joined. */
    private record Listening(ActorSystem<Void> system, RelaySettings settings) {}

    private static CompletableFuture<Done> join(Listening node) {
        return ClusterForming.join(node.system(), node.settings()).toCompletableFuture();
    }

    private Listening listen(int port, String more) {
        Config raw = ConfigFactory.parseString("""
                outbox-relay {
                  database { url = "%s", user = outbox_relay }
                  kafka.bootstrap-servers = "127.0.0.1:1"
                  outboxes { orders {} }
                  cluster { port = %d, node-expiry = 4 s }
                  %s
                }
                pekko { coordinated-shutdown.exit-jvm = off, loglevel = WARNING }
                %s
                """.formatted(url, port, more, pekko));
        return listen(new LoadedConfig(RelaySettings.from(raw), raw));
    }

    private Listening listen(LoadedConfig config) {
        ActorSystem<Void> system = ActorSystem.create(Behaviors.empty(), "relay", PekkoConfiguration.of(config));
        systems.add(system);
        return new Listening(system, config.settings());
    }

    /** Starts a node with a user's file, and lets it join. */
    CompletableFuture<Done> start(LoadedConfig config) {
        return join(listen(config));
    }

    ActorSystem<Void> system(int index) {
        return systems.get(index);
    }

    String address(int index) {
        return ClusterForming.ownNode(systems.get(index));
    }

    int port(int index) {
        String address = address(index);
        return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
    }

    /** All of them are Up, and each sees exactly all of them. */
    void awaitOneCluster() {
        Set<String> all = systems.stream().map(ClusterForming::ownNode).collect(Collectors.toSet());
        Awaitility.await().atMost(90, TimeUnit.SECONDS).untilAsserted(() -> {
            for (ActorSystem<Void> system : systems) {
                assertThat(StreamSupport.stream(
                                        Cluster.get(system).state().getMembers().spliterator(), false)
                                .filter(member -> member.status() == MemberStatus.up())
                                .map(member -> member.address().hostPort().replaceFirst(".*@", ""))
                                .collect(Collectors.toSet()))
                        .isEqualTo(all);
            }
        });
    }

    @Override
    public void close() {
        systems.forEach(ActorSystem::terminate);
        List<ActorSystem<Void>> ending = List.copyOf(systems);
        systems.clear();
        assertThat(ending)
                .allSatisfy(system -> assertThat(system.getWhenTerminated().toCompletableFuture())
                        .succeedsWithin(60, TimeUnit.SECONDS));
    }
}
