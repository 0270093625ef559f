package io.outboxrelay.publish.lane;

import static io.outboxrelay.publish.lane.LaneKit.crashing;
import static io.outboxrelay.publish.lane.LaneKit.failure;
import static io.outboxrelay.publish.lane.LaneKit.get;
import static io.outboxrelay.publish.lane.LaneKit.numbers;
import static io.outboxrelay.publish.lane.LaneKit.texts;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.pekko.Done;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class TransactionLaneIT {
    private static LaneKit kit;

    @BeforeAll
    static void start() {
        kit = new LaneKit(Map.of("transaction.abort.timed.out.transaction.cleanup.interval.ms", "500"));
    }

    @AfterAll
    static void stop() {
        kit.close();
    }

    private static ShardId shard(LaneSettings settings, int number) {
        return new ShardId(settings.outbox(), number);
    }

    @Test
    void sendsOfAllShardsAreVisibleOnceAndInOrder() throws Exception {
        LaneSettings settings = kit.settings("plain");
        TransactionLane lane = kit.open(settings);
        assertThat(lane.id()).startsWith("outbox-relay-plain-");
        List<CompletionStage<Done>> sent = new ArrayList<>();
        for (int n = 0; n < 100; n++) {
            for (int s = 0; s < 4; s++) {
                List<ProducerRecord<byte[], byte[]>> records = numbers("plain-" + s, "k", n * 5, n * 5 + 5);
                sent.add(lane.send(shard(settings, s), 1, records, "p" + n));
            }
        }
        for (CompletionStage<Done> each : sent) {
            get(each);
        }
        for (int s = 0; s < 4; s++) {
            assertThat(kit.committed("plain-" + s)).isEqualTo(texts(0, 500));
            assertThat(get(lane.lastCommitted(shard(settings, s), 1))).contains(new Carried(1, "p99"));
        }
        get(lane.close());
    }

    @Test
    void aTransactionCarriesWhateverWasSentWhileTheOneBeforeWasCommitting() throws Exception {
        LaneSettings settings = kit.settings("grow");
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane lane = kit.open(settings, gate);
        gate.shut();
        List<CompletionStage<Done>> sent = new ArrayList<>();
        sent.add(lane.send(shard(settings, 0), 1, numbers("grow", "k", 0, 1), "p0"));
        gate.awaitReached();
        for (int n = 1; n < 50; n++) {
            sent.add(lane.send(shard(settings, n % 7), 1, numbers("grow", "k", n, n + 1), "p" + n));
        }
        gate.open();
        for (CompletionStage<Done> each : sent) {
            get(each);
        }
        assertThat(gate.transactions).hasValue(2);
        assertThat(kit.committed("grow")).isEqualTo(texts(0, 50));
        get(lane.close());
    }

    @Test
    void aTransactionHoldsNoMoreRowsThanItMay() throws Exception {
        LaneSettings settings =
                LaneKit.with(kit.settings("bounded"), 10, Duration.ofSeconds(5), Duration.ofSeconds(30));
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane lane = kit.open(settings, gate);
        gate.shut();
        CompletionStage<Done> first = lane.send(shard(settings, 0), 1, List.of(), "p");
        gate.awaitReached();
        CompletionStage<Done> large = lane.send(shard(settings, 0), 1, numbers("bounded", "k", 0, 25), "p");
        CompletionStage<Done> six = lane.send(shard(settings, 0), 1, numbers("bounded", "k", 25, 31), "p");
        CompletionStage<Done> next = lane.send(shard(settings, 0), 1, numbers("bounded", "k", 31, 37), "p");
        gate.open();
        get(first);
        get(large);
        get(six);
        get(next);
        assertThat(gate.transactions).hasValue(4);
        assertThat(kit.committed("bounded")).isEqualTo(texts(0, 37));
        get(lane.close());
    }

    /** The client cuts a batch that is too large for the topic, and keeps its records in order. */
    @Test
    void aTopicThatTakesSmallerBatchesGetsThem() throws Exception {
        LaneSettings settings = kit.settings("strict");
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kit.kafka.bootstrapServers()))) {
            admin.createTopics(
                            List.of(new NewTopic("strict", 1, (short) 1).configs(Map.of("max.message.bytes", "5000"))))
                    .all()
                    .get();
        }
        TransactionLane lane = kit.open(settings);
        for (int from = 0; from < 30_000; from += 10_000) {
            get(lane.send(shard(settings, 0), 1, numbers("strict", "k", from, from + 10_000), "p"));
        }
        assertThat(kit.committed("strict")).isEqualTo(texts(0, 30_000));
        get(lane.close());
    }

    @Test
    void takingAShardOverDropsItsWaitingSendsAndWaitsForTheRunningTransaction() throws Exception {
        LaneSettings settings = kit.settings("takeover");
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane lane = kit.open(settings, gate);
        ShardId shard = shard(settings, 0);
        gate.shut();
        CompletionStage<Done> running = lane.send(shard, 1, numbers("takeover", "k", 0, 3), "p0");
        gate.awaitReached();
        CompletionStage<Done> waiting = lane.send(shard, 1, numbers("takeover", "k", 90, 93), "p1");
        CompletionStage<Done> other = lane.send(shard(settings, 1), 1, numbers("takeover-1", "k", 0, 1), "q");
        CompletionStage<java.util.Optional<Carried>> answer = lane.lastCommitted(shard, 2);
        assertThat(failure(waiting).fault()).isEqualTo(Fault.FENCED);
        assertThat(answer.toCompletableFuture()).isNotDone();
        assertThat(failure(lane.send(shard, 1, List.of(), "late")).fault()).isEqualTo(Fault.FENCED);
        gate.open();
        assertThat(get(answer)).contains(new Carried(1, "p0"));
        get(running);
        get(other);
        get(lane.send(shard, 2, numbers("takeover", "k", 3, 6), "p2"));
        assertThat(kit.committed("takeover")).isEqualTo(texts(0, 6));
        lane.settled(shard, 2, "p2");
        assertThat(get(lane.lastCommitted(shard, 3))).isEmpty();
        assertThat(failure(lane.lastCommitted(shard, 2)).fault()).isEqualTo(Fault.FENCED);
        get(lane.close());
    }

    @Test
    void aRecordTooLargeForItsTopicLeavesNothingVisibleAndIsNamed() throws Exception {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kit.kafka.bootstrapServers()))) {
            admin.createTopics(
                            List.of(new NewTopic("small", 1, (short) 1).configs(Map.of("max.message.bytes", "2000"))))
                    .all()
                    .get();
        }
        LaneSettings settings = kit.settings("small-outbox", Map.of("compression.type", "none"));
        Gate gate = new Gate(LaneHook.Point.CHOSEN);
        TransactionLane lane = kit.open(settings, gate);
        get(lane.send(shard(settings, 0), 1, numbers("beside", "k", 0, 1), "p0"));
        gate.shut();
        CompletionStage<Done> held = lane.send(shard(settings, 1), 1, List.of(), "p");
        gate.awaitReached();
        List<ProducerRecord<byte[], byte[]>> bad = new ArrayList<>(numbers("beside", "k", 1, 2));
        bad.add(new ProducerRecord<>("small", 0, LaneKit.bytes("k"), new byte[5_000]));
        CompletionStage<Done> neighbour = lane.send(shard(settings, 1), 1, numbers("beside", "k", 5, 6), "p");
        CompletionStage<Done> refused = lane.send(shard(settings, 0), 1, bad, "p1");
        gate.open();
        get(held);
        RelayException poison = failure(refused);
        assertThat(poison.fault()).isEqualTo(Fault.POISON);
        assertThat(poison).hasMessageContaining("topic small");
        assertThat(poison.getCause()).isInstanceOfSatisfying(RecordRefused.class, record -> {
            assertThat(record.topic()).isEqualTo("small");
            assertThat(record.index()).isEqualTo(1);
        });
        assertThat(failure(neighbour).fault()).isEqualTo(Fault.TRANSIENT);
        assertThat(failure(lane.send(shard(settings, 2), 1, List.of(), "p")).fault())
                .isEqualTo(Fault.TRANSIENT);
        assertThat(failure(lane.ended()).fault()).isEqualTo(Fault.TRANSIENT);
        assertThat(kit.fence(settings, lane.id()).orElseThrow())
                .containsOnly(
                        Map.entry(shard(settings, 0), new Carried(1, "p0")),
                        Map.entry(shard(settings, 1), new Carried(1, "p")));
        assertThat(kit.committed("beside")).containsExactly("0");
        get(lane.close());
    }

    @Test
    void aTransactionThatOutlivesItsTimeoutEndsItsLaneAndTheNextLaneWorks() throws Exception {
        LaneSettings settings = kit.settings(
                "frozen",
                Map.of(
                        "request.timeout.ms", "500",
                        "delivery.timeout.ms", "700",
                        "max.block.ms", "10000",
                        "transaction.timeout.ms", "10001"));
        LaneSettings quick = kit.settings(
                "frozen",
                Map.of(
                        "request.timeout.ms", "300",
                        "delivery.timeout.ms", "400",
                        "max.block.ms", "900",
                        "transaction.timeout.ms", "1000"));
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane lane = kit.open(quick, gate);
        gate.shut();
        CompletionStage<Done> late = lane.send(shard(quick, 0), 1, numbers("frozen", "k", 50, 60), "lost");
        gate.awaitReached();
        Awaitility.await()
                .atMost(Duration.ofSeconds(30))
                .until(() -> Transactions.isOver(kit.kafka.bootstrapServers(), lane.id()));
        gate.open();
        assertThat(failure(late).fault()).isIn(Fault.TRANSIENT, Fault.FENCED);
        assertThat(kit.fence(settings, lane.id())).contains(Map.of());
        TransactionLane next = kit.open(settings);
        get(next.send(shard(quick, 0), 2, numbers("frozen", "k", 0, 10), "p"));
        assertThat(kit.committed("frozen")).isEqualTo(texts(0, 10));
        get(next.close());
        get(lane.close());
    }

    @Test
    void closingCommitsTheRunningTransactionAndFailsWhatWaits() throws Exception {
        LaneSettings settings = kit.settings("closing");
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane lane = kit.open(settings, gate);
        gate.shut();
        CompletionStage<Done> running = lane.send(shard(settings, 0), 1, numbers("closing", "k", 0, 3), "p0");
        gate.awaitReached();
        CompletionStage<Done> waiting = lane.send(shard(settings, 0), 1, numbers("closing", "k", 3, 6), "p1");
        CompletionStage<Done> closed = lane.close();
        assertThat(failure(waiting).fault()).isEqualTo(Fault.TRANSIENT);
        assertThat(failure(lane.send(shard(settings, 0), 1, List.of(), "p")).fault())
                .isEqualTo(Fault.TRANSIENT);
        gate.open();
        get(running);
        get(closed);
        get(lane.ended());
        get(lane.close());
        assertThat(kit.committed("closing")).isEqualTo(texts(0, 3));
        assertThat(failure(lane.lastCommitted(shard(settings, 0), 2)).fault()).isEqualTo(Fault.TRANSIENT);
    }

    @Test
    void everythingIsAnsweredWhenLanesAreOpenedAndEndedManyTimes() throws Exception {
        LaneSettings settings = crashing(kit.settings("stress"));
        for (int n = 0; n < 20; n++) {
            TransactionLane lane = kit.open(settings);
            List<CompletionStage<?>> all = new ArrayList<>();
            for (int s = 0; s < 20; s++) {
                all.add(lane.send(shard(settings, s), 1, numbers("stress", "k", 0, 3), "p"));
                all.add(lane.lastCommitted(shard(settings, s), 1));
                if (s == 10 && n % 2 == 0) {
                    lane.kill();
                } else if (s == 10) {
                    all.add(lane.close());
                }
            }
            for (CompletionStage<?> each : all) {
                get(each.handle((done, failure) -> "answered"));
            }
            get(lane.close());
        }
        Awaitility.await()
                .until(() -> Thread.getAllStackTraces().keySet().stream()
                        .noneMatch(thread -> thread.getName().contains("outbox-relay-stress")));
    }
}
