package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.shard.TestSettings;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.RecordingPublisher;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.ExtendedActorSystem;
import org.apache.pekko.remote.RemoteActorRefProvider;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.Direction;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.SetThrottle;
import org.apache.pekko.remote.transport.ThrottlerTransportAdapter.ThrottleMode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.FutureConverters;

/**
 * Nodes that do not hear each other, while all of them reach the store and the topic: the worst of splits. Messages are
 * dropped inside Pekko's remoting, by its own test mode.
 */
class SplitBrainTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final ThrottleMode BLACKHOLE = ThrottlerTransportAdapter.blackholeThrottleMode();
    private static final ThrottleMode OPEN = ThrottlerTransportAdapter.unthrottledThrottleMode();
    private static final Direction BOTH = ThrottlerTransportAdapter.bothDirection();

    /** Sooner than on a real network, where a pause of a second means nothing. */
    private static final Config PEKKO = ConfigFactory.parseString("""
            pekko.remote.artery.advanced.test-mode = on
            pekko.cluster {
              failure-detector { heartbeat-interval = 200 ms, acceptable-heartbeat-pause = 1500 ms }
              split-brain-resolver.stable-after = 1 s
              gossip-interval = 200 ms
              leader-actions-interval = 200 ms
              unreachable-nodes-reaper-interval = 200 ms
              periodic-tasks-initial-delay = 200 ms
              sharding.rebalance-interval = 500 ms
            }
            """);

    private final InMemoryOutboxStore store = InMemoryOutboxStore.withShards("orders", TestNode.SHARDS);
    private final RecordingPublisher publisher = new RecordingPublisher();
    private final AtomicInteger written = new AtomicInteger();
    private final List<TestNode> nodes = new ArrayList<>();

    @BeforeEach
    void threeNodes() {
        TestNode first = start();
        first.join(first);
        await().atMost(LIMIT).until(first::isUp);
        for (int n = 0; n < 2; n++) {
            start().join(first);
        }
        writeUntil(() -> nodes.stream().allMatch(TestNode::isUp) && relayed() && holders() == 3);
    }

    @AfterEach
    void stop() throws Exception {
        for (TestNode node : nodes) {
            node.system.terminate();
            node.system.getWhenTerminated().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void aMinorityEndsItselfAndWithoutAMajorityAllEnd() {
        TestNode alone = nodes.get(0); // the oldest: the coordinator and the shards' coordinator live there
        cut(alone, nodes.get(1), BOTH);
        cut(alone, nodes.get(2), BOTH);
        writeUntil(() -> isDowned(alone));
        writeUntil(this::relayed);
        TestNode back = start();
        back.join(nodes.get(1));
        writeUntil(() -> back.isUp() && back.shardsHeld(back.statuses()) > 0 && relayed());
        cut(nodes.get(1), nodes.get(2), BOTH);
        cut(nodes.get(1), back, BOTH);
        cut(nodes.get(2), back, BOTH);
        writeUntil(() -> nodes.stream().allMatch(SplitBrainTest::isDowned));
        TestNode next = start();
        next.join(next);
        writeUntil(next::allRelay);
        assertNothingLostOrReordered(2);
    }

    @Test
    void aLinkThatComesAndGoesAndOneThatLosesADirectionLeaveOneCluster() {
        TestNode shaky = nodes.get(2);
        int flaps = 12;
        for (int n = 0; n < flaps; n++) {
            setLink(shaky, nodes.get(0), BOTH, n % 2 == 0 ? BLACKHOLE : OPEN);
            setLink(shaky, nodes.get(1), BOTH, n % 2 == 0 ? BLACKHOLE : OPEN);
            long until = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(300 + 150L * n);
            writeUntil(() -> System.nanoTime() > until);
        }
        writeUntil(this::relayed);
        while (alive().size() < 3) {
            TestNode another = start();
            another.join(alive().get(0));
            writeUntil(() -> another.isUp() && relayed());
        }
        List<TestNode> three = alive();
        cut(three.get(2), three.get(0), ThrottlerTransportAdapter.sendDirection());
        cut(three.get(2), three.get(1), ThrottlerTransportAdapter.sendDirection());
        writeUntil(() -> three.stream().anyMatch(SplitBrainTest::isDowned));
        writeUntil(() -> alive().isEmpty() || relayed());
        if (alive().isEmpty()) { // a decision too: nobody can tell who is right
            TestNode next = start();
            next.join(next);
            writeUntil(next::allRelay);
        }
        assertNothingLostOrReordered(flaps + 1);
    }

    private TestNode start() {
        TestNode node = new TestNode(store, publisher, PEKKO);
        nodes.add(node);
        return node;
    }

    private static void cut(TestNode here, TestNode there, Direction direction) {
        setLink(here, there, direction, BLACKHOLE);
    }

    private static void setLink(TestNode here, TestNode there, Direction direction, ThrottleMode mode) {
        ExtendedActorSystem system = (ExtendedActorSystem) here.system.classicSystem();
        RemoteActorRefProvider remote = (RemoteActorRefProvider) system.provider();
        FutureConverters.asJava(remote.transport().managementCommand(new SetThrottle(there.address(), direction, mode)))
                .toCompletableFuture()
                .join();
    }

    private static boolean isDowned(TestNode node) {
        return node.system.getWhenTerminated().toCompletableFuture().isDone()
                && CoordinatedShutdown.get(node.system)
                        .getShutdownReason()
                        .filter(reason -> reason == CoordinatedShutdown.clusterDowningReason())
                        .isPresent();
    }

    private List<TestNode> alive() {
        return nodes.stream()
                .filter(node ->
                        !node.system.getWhenTerminated().toCompletableFuture().isDone())
                .toList();
    }

    /** Everyone who is left sees every shard relaying, at those who are left. */
    private boolean relayed() {
        List<TestNode> alive = alive();
        return !alive.isEmpty()
                && alive.stream()
                        .allMatch(node -> node.allRelay()
                                && alive.stream()
                                                .mapToLong(holder -> holder.shardsHeld(node.statuses()))
                                                .sum()
                                        == TestNode.SHARDS);
    }

    private long holders() {
        return nodes.stream()
                .filter(node -> node.shardsHeld(node.statuses()) > 0)
                .count();
    }

    private void writeUntil(Callable<Boolean> reached) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> {
            store.append("key-" + written.get() % 50, "event " + written.incrementAndGet());
            return reached.call();
        });
    }

    /** @param takeOvers how often each shard may have been taken over from an owner who did not know it */
    private void assertNothingLostOrReordered(int takeOvers) {
        await("all rows settled").atMost(LIMIT).until(() -> store.settledRows() == written.get());
        Verdict verdict = Verdict.ofRows(store.committedRows(), publisher.sent());
        assertThat(verdict.isAtLeastOnce()).as("%s", verdict).isTrue();
        int window = TestSettings.outbox("orders").publisher().maxInFlight();
        assertThat(verdict.duplicates()).isLessThanOrEqualTo((long) takeOvers * TestNode.SHARDS * window);
    }
}
