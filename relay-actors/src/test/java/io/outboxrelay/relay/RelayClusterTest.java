package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.testkit.InMemoryOutboxStore;
import io.outboxrelay.testkit.RecordingPublisher;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.Member;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RelayClusterTest {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final InMemoryOutboxStore store = InMemoryOutboxStore.withShards("orders", TestNode.SHARDS);
    private final RecordingPublisher publisher = new RecordingPublisher();
    private final AtomicInteger written = new AtomicInteger();
    private final TestNode first = new TestNode(store, publisher);
    private final TestNode second = new TestNode(store, publisher);

    @AfterEach
    void stopNodes() throws Exception {
        for (TestNode node : List.of(second, first)) {
            node.leave().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    @Test
    void shardsWakeWithoutTrafficSpreadAndMoveWithoutADuplicate() {
        first.join(first);
        await("all shards woken").atMost(LIMIT).until(first::allRelay);
        assertThat(new RelayReadiness(first.system.classicSystem()).get().toCompletableFuture())
                .isCompletedWithValue(true);

        second.join(first);
        writeUntil(() -> {
            List<ShardStatus> statuses = second.statuses();
            return first.shardsHeld(statuses) == 2 && second.shardsHeld(statuses) == 2;
        });

        CompletableFuture<Done> left = first.leave().toCompletableFuture();
        writeUntil(left::isDone);
        writeUntil(() -> second.shardsHeld(second.statuses()) == TestNode.SHARDS);

        await("all rows settled").atMost(LIMIT).until(() -> store.settledRows() == written.get());
        assertThat(publisher.sent()).extracting(OutboxRow::seq).doesNotHaveDuplicates();
        assertThat(publisher.sentRows()).isEqualTo(written.get());
    }

    @Test
    void anyNodePausesAndResumesAnyShard() throws Exception {
        first.join(first);
        await().atMost(LIMIT).until(first::isUp);
        second.join(first);
        await().atMost(LIMIT).until(() -> second.isUp() && second.allRelay());
        ShardId shard = new ShardId("orders", 1);

        change(second, shard, true);
        await().atMost(LIMIT).until(() -> first.status(shard).phase() == Phase.PAUSED);
        change(first, shard, false);
        await().atMost(LIMIT).until(() -> second.status(shard).phase() == Phase.RELAYING);
    }

    @Test
    void aShardMovesToTheNodeItIsWantedOnAndStaysUntilThatLeavesWithoutARepeat() throws Exception {
        first.join(first);
        await().atMost(LIMIT).until(first::isUp);
        second.join(first);
        writeUntil(() -> {
            List<ShardStatus> statuses = first.statuses();
            return first.shardsHeld(statuses) == 2 && second.shardsHeld(statuses) == 2;
        });
        ShardId shard = first.statuses().stream()
                .filter(status -> first.name().equals(status.node()))
                .map(status -> new ShardId("orders", status.shard()))
                .findFirst()
                .orElseThrow();
        move(second, shard, second.name());
        writeUntil(() -> isOn(second, shard));
        assertThat(first.outbox().pinned()).containsExactly(new CoordinatorActor.Pinned(shard.number(), second.name()));
        move(first, shard, second.name());
        writeUntil(() -> second.shardsHeld(second.statuses()) >= 2 && isOn(second, shard));
        move(first, shard, first.name());
        writeUntil(() -> isOn(first, shard));
        move(first, shard, second.name());
        writeUntil(() -> isOn(second, shard));

        change(first, shard, true);
        writeUntil(() -> second.status(shard).phase() == Phase.PAUSED);
        move(second, shard, first.name());
        writeUntil(() -> first.status(shard).phase() == Phase.PAUSED
                && first.name().equals(first.status(shard).node()));
        move(second, shard, second.name());
        change(first, shard, false);
        writeUntil(() -> isOn(second, shard));

        CompletableFuture<Done> left = second.leave().toCompletableFuture();
        writeUntil(() -> left.isDone() && first.shardsHeld(first.statuses()) == TestNode.SHARDS);
        assertThat(first.outbox().pinned()).isEmpty();
        assertThatThrownBy(() -> move(first, shard, second.name())).hasMessageContaining("legal: " + first.name());

        await("all rows settled").atMost(LIMIT).until(() -> store.settledRows() == written.get());
        Verdict verdict = Verdict.ofRows(store.committedRows(), publisher.sent());
        assertThat(verdict.isExactlyOnce()).as("%s", verdict).isTrue();
    }

    private static boolean isOn(TestNode node, ShardId shard) {
        ShardStatus status = node.status(shard);
        return status.phase() == Phase.RELAYING && node.name().equals(status.node());
    }

    private static void move(TestNode asked, ShardId shard, String to) throws Exception {
        AskPattern.<CoordinatorActor.Command, Done>askWithStatus(
                        asked.handles.coordinator(),
                        replyTo -> new CoordinatorActor.Move(shard, to, "ann", "test", replyTo),
                        LIMIT,
                        asked.system.scheduler())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void theCoordinatorsWordReachesAShardThroughAnotherNode() {
        first.join(first);
        await().atMost(LIMIT).until(first::isUp);
        second.join(first);
        await().atMost(LIMIT).until(() -> second.isUp() && second.allRelay());
        ShardId shard = new ShardId("orders", 1);
        Member another = Cluster.get(second.system).selfMember();

        ShardWaker.tell(first.system, another, new ShardWaker.Word(shard, true, "test", Long.MAX_VALUE));

        await().atMost(LIMIT).until(() -> first.status(shard).phase() == Phase.PAUSED);
    }

    @Test
    void anOutboxIsDealtToMoreAndToFewerShardsUnderLoadWithoutARepeat() throws Exception {
        first.join(first);
        await().atMost(LIMIT).until(first::isUp);
        second.join(first);
        writeUntil(() -> second.isUp() && second.allRelay());
        for (int shards : List.of(7, 2, TestNode.SHARDS)) {
            AskPattern.<CoordinatorActor.Command, Done>askWithStatus(
                            second.handles.coordinator(),
                            replyTo -> new CoordinatorActor.Reshard("orders", shards, "ann", "test", replyTo),
                            LIMIT,
                            second.system.scheduler())
                    .toCompletableFuture()
                    .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
            writeUntil(() -> first.outbox().equals(new CoordinatorActor.OutboxState(shards, null, List.of())));
            writeUntil(() -> IntStream.range(0, shards)
                    .allMatch(n -> first.status(new ShardId("orders", n)).phase() == Phase.RELAYING));
        }
        await("all rows settled").atMost(LIMIT).until(() -> store.settledRows() == written.get());
        Verdict verdict = Verdict.ofRows(store.committedRows(), publisher.sent());
        assertThat(verdict.isExactlyOnce()).as("%s", verdict).isTrue();
    }

    @Test
    void theLastNodeStopsWithoutWaitingForANewOwner() throws Exception {
        first.join(first);
        await().atMost(LIMIT).until(first::allRelay);
        long began = System.nanoTime();
        first.leave().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(TestNode.REGION_LIMIT);
    }

    private void writeUntil(Callable<Boolean> reached) {
        await().atMost(LIMIT).pollInterval(Duration.ofMillis(5)).until(() -> {
            store.append("key-" + written.get() % 50, "event " + written.incrementAndGet());
            return reached.call();
        });
    }

    private static void change(TestNode node, ShardId shard, boolean paused) throws Exception {
        AskPattern.<CoordinatorActor.Command, Done>askWithStatus(
                        node.handles.coordinator(),
                        replyTo -> paused
                                ? new CoordinatorActor.Pause(shard, "ann", "test", replyTo)
                                : new CoordinatorActor.Resume(shard, "ann", "test", replyTo),
                        LIMIT,
                        node.system.scheduler())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
