package io.outboxrelay.relay;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.cluster.PekkoConfiguration;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.replay.ReplaySetup;
import io.outboxrelay.settings.ClusterSettings;
import io.outboxrelay.settings.ManagementCredentials;
import io.outboxrelay.settings.ManagementSettings;
import io.outboxrelay.settings.OtlpSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.settings.TlsSettings;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.shard.TestSettings;
import io.outboxrelay.store.SentRows;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.RecordingPublisher;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.JoinSeedNodes;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.PersistenceTestKitSnapshotPlugin;

/** A node that relays the outbox `orders` of an in-memory store; its journal lives as long as itself. */
final class TestNode {
    static final int SHARDS = 4;

    /** How long Pekko waits for a region that does not empty: the drain limit of the test settings and some. */
    static final Duration REGION_LIMIT = Duration.ofSeconds(30);

    private static final Config RAW = PersistenceTestKitPlugin.getInstance()
            .config()
            .withFallback(PersistenceTestKitSnapshotPlugin.config())
            .withFallback(ConfigFactory.parseString("""
                            pekko.coordinated-shutdown { exit-jvm = off, run-by-jvm-shutdown-hook = off }
                            """));

    final ActorSystem<Void> system;
    final RelayHandles handles;

    TestNode(InMemoryOutboxStore store, RecordingPublisher publisher) {
        this(store, publisher, ConfigFactory.empty());
    }

    /** @param further Pekko's own settings, over the relay's */
    TestNode(InMemoryOutboxStore store, RecordingPublisher publisher, Config further) {
        OutboxSettings orders = TestSettings.outbox("orders");
        RelaySettings settings = new RelaySettings(
                TestSettings.database(),
                new ClusterSettings(
                        "127.0.0.1",
                        0,
                        ClusterSettings.Seeds.DATABASE,
                        List.of(),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Duration.ofMillis(200),
                        TlsSettings.off()),
                new ManagementSettings("127.0.0.1", 0, false, ManagementCredentials.none(), TlsSettings.off()),
                new OtlpSettings("", Duration.ofSeconds(10), Map.of()),
                Map.of("orders", orders));
        this.system = ActorSystem.create(
                Behaviors.empty(), "relay", PekkoConfiguration.of(settings, further.withFallback(RAW)));
        this.handles = RelayStart.start(
                system,
                settings,
                List.of(new RelayedOutbox(
                        orders,
                        store,
                        store,
                        publisher,
                        new ReplaySetup.Source(orders, SentRows.none("kept nowhere"), (id, topic) -> publisher),
                        SHARDS)),
                Clock.systemUTC());
    }

    void join(TestNode seed) {
        Cluster.get(system).manager().tell(new JoinSeedNodes(List.of(seed.address())));
    }

    boolean isUp() {
        return Cluster.get(system).selfMember().status() == MemberStatus.up();
    }

    Address address() {
        return Cluster.get(system).selfMember().address();
    }

    String name() {
        return address().getHost().orElseThrow() + ":" + address().getPort().orElseThrow();
    }

    /** As this node sees the shards of the whole cluster. */
    List<ShardStatus> statuses() {
        return IntStream.range(0, SHARDS)
                .mapToObj(number -> status(new ShardId("orders", number)))
                .toList();
    }

    ShardStatus status(ShardId shard) {
        try {
            return handles.statusOf().apply(shard).toCompletableFuture().join();
        } catch (CompletionException e) {
            return ShardStatus.unknown(shard, e.toString());
        }
    }

    CoordinatorActor.OutboxState outbox() {
        return AskPattern.ask(
                        handles.coordinator(),
                        CoordinatorActor.GetOutboxes::new,
                        Duration.ofSeconds(5),
                        system.scheduler())
                .toCompletableFuture()
                .join()
                .outboxes()
                .get("orders");
    }

    boolean allRelay() {
        return statuses().stream().allMatch(status -> status.phase() == Phase.RELAYING);
    }

    long shardsHeld(List<ShardStatus> statuses) {
        return statuses.stream()
                .filter(status -> status.phase() == Phase.RELAYING && name().equals(status.node()))
                .count();
    }

    CompletionStage<Done> leave() {
        return CoordinatedShutdown.get(system).runAll(CoordinatedShutdown.clusterLeavingReason());
    }
}
