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
import io.outboxrelay.publish.KafkaFaultsForLanes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TransactionState;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.pekko.Done;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class LaneFenceIT {
    private static LaneKit kit;

    @BeforeAll
    static void start() {
        kit = new LaneKit(Map.of());
    }

    @AfterAll
    static void stop() {
        kit.close();
    }

    private static ShardId shard(LaneSettings settings, int number) {
        return new ShardId(settings.outbox(), number);
    }

    private static LaneSettings onePartition(LaneSettings settings, Duration fenceWithin) {
        return new LaneSettings(
                settings.outbox(),
                settings.kafka(),
                settings.positionTopic(),
                1,
                settings.maxRows(),
                settings.maxBytes(),
                settings.maxPayload(),
                settings.restBetween(),
                settings.closeWithin(),
                fenceWithin);
    }

    @Test
    void aLaneFencedWithinATransactionLeavesNothingOfItBehind() throws Exception {
        LaneSettings settings = kit.settings("zombie");
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane zombie = kit.open(settings, gate);
        get(zombie.send(shard(settings, 0), 1, numbers("zombie", "k", 0, 5), "p5"));
        get(zombie.send(shard(settings, 1), 4, numbers("zombie-1", "k", 0, 5), "q5"));
        gate.shut();
        CompletionStage<Done> running = zombie.send(shard(settings, 0), 1, numbers("zombie", "k", 5, 10), "p10");
        gate.awaitReached();
        CompletionStage<Done> waiting = zombie.send(shard(settings, 1), 4, numbers("zombie-1", "k", 5, 10), "q10");
        CompletionStage<Optional<Carried>> answer = zombie.lastCommitted(shard(settings, 0), 2);

        assertThat(kit.fence(settings, zombie.id()).orElseThrow())
                .containsOnly(
                        Map.entry(shard(settings, 0), new Carried(1, "p5")),
                        Map.entry(shard(settings, 1), new Carried(4, "q5")));
        TransactionLane next = kit.open(settings);
        get(next.send(shard(settings, 0), 2, numbers("zombie", "k", 5, 7), "p7"));
        gate.open();
        assertThat(failure(running).fault()).isEqualTo(Fault.FENCED);
        assertThat(failure(waiting).fault()).isEqualTo(Fault.FENCED);
        assertThat(failure(answer).fault()).isEqualTo(Fault.FENCED);
        assertThat(failure(zombie.ended()).fault()).isEqualTo(Fault.FENCED);
        assertThat(kit.committed("zombie")).isEqualTo(texts(0, 7));
        assertThat(kit.committed("zombie-1")).isEqualTo(texts(0, 5));
        get(zombie.close());
        get(next.close());
    }

    @Test
    void anIdleLaneIsFencedAndCarriesWhatIsNotSettled() throws Exception {
        LaneSettings settings = kit.settings("idle");
        TransactionLane never = kit.open(settings);
        assertThat(kit.fence(settings, never.id())).contains(Map.of());
        TransactionLane lane = kit.open(settings);
        get(lane.send(shard(settings, 0), 1, numbers("idle", "k", 0, 5), "p5"));
        Map<ShardId, Carried> carried = Map.of(shard(settings, 0), new Carried(1, "p5"));
        assertThat(kit.fence(settings, lane.id())).contains(carried);
        assertThat(kit.fence(settings, lane.id())).contains(carried);
        assertThat(failure(lane.send(shard(settings, 0), 1, numbers("idle", "k", 5, 9), "p9"))
                        .fault())
                .isEqualTo(Fault.FENCED);
        assertThat(kit.committed("idle")).isEqualTo(texts(0, 5));
        get(lane.close());
        get(never.close());
    }

    @Test
    void aLaneThatDiedWithAnOpenTransactionIsFencedOnlyOnceThatIsAborted() throws Exception {
        LaneSettings settings = crashing(kit.settings("died"));
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane lane = kit.open(settings, gate);
        get(lane.send(shard(settings, 0), 1, numbers("died", "k", 0, 5), "p5"));
        gate.shut();
        CompletionStage<Done> running = lane.send(shard(settings, 0), 1, numbers("died", "k", 5, 10), "p10");
        gate.awaitReached();
        lane.kill();
        get(lane.close());
        gate.open();
        assertThat(failure(running).fault()).isEqualTo(Fault.TRANSIENT);
        assertThat(kit.fence(settings, lane.id())).contains(Map.of(shard(settings, 0), new Carried(1, "p5")));
        assertThat(Transactions.state(kit.kafka.bootstrapServers(), lane.id()))
                .isIn(TransactionState.EMPTY, TransactionState.COMPLETE_ABORT, TransactionState.COMPLETE_COMMIT);
        assertThat(kit.committed("died")).isEqualTo(texts(0, 5));
    }

    @Test
    void aLaneWhosePositionsAreLostIsReportedAsLost() throws Exception {
        LaneSettings settings = kit.settings("lost");
        TransactionLane lane = kit.open(settings);
        get(lane.send(shard(settings, 0), 1, numbers("lost", "k", 0, 5), "p5"));
        assertThat(kit.fence(settings, "outbox-relay-lost-never")).isEmpty();
        kit.deleteTopic(settings.positionTopic());
        assertThat(kit.fence(settings, lane.id())).isEmpty();
        TransactionLane next = kit.open(settings);
        assertThat(kit.fence(settings, lane.id())).isEmpty();
        assertThat(kit.fence(settings, next.id())).contains(Map.of());
        get(lane.close());
        get(next.close());
    }

    @Test
    void longPositionsAreCarriedUntilTheyAreSettled() throws Exception {
        LaneSettings settings = kit.settings("long");
        TransactionLane lane = kit.open(settings);
        String position = "\u00e4\"x".repeat(20 << 10);
        for (int s = 0; s < 16; s++) {
            get(lane.send(shard(settings, s), s, numbers("long", "k", s, s + 1), position + s));
        }
        for (int s = 0; s < 16; s++) {
            lane.settled(shard(settings, s), s, s == 3 ? position : position + s);
        }
        get(lane.send(shard(settings, 5), 5, numbers("long", "k", 16, 17), position));
        assertThat(kit.fence(settings, lane.id()).orElseThrow())
                .containsOnly(
                        Map.entry(shard(settings, 3), new Carried(3, position + 3)),
                        Map.entry(shard(settings, 5), new Carried(5, position)));
        get(lane.close());
    }

    @Test
    void aRecordFarBackIsFoundAlsoAfterPartitionsWereAdded() throws Exception {
        LaneSettings settings = onePartition(kit.settings("far"), Duration.ofSeconds(30));
        TransactionLane idle = kit.open(settings);
        get(idle.send(shard(settings, 0), 1, numbers("far", "k", 0, 5), "p5"));
        TransactionLane busy = kit.open(settings);
        for (int n = 0; n < 350; n++) {
            get(busy.send(shard(settings, 1), 1, List.of(), "q" + n));
        }
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kit.kafka.bootstrapServers()))) {
            admin.createPartitions(Map.of(settings.positionTopic(), NewPartitions.increaseTo(5)))
                    .all()
                    .get();
        }
        assertThat(kit.fence(settings, idle.id())).contains(Map.of(shard(settings, 0), new Carried(1, "p5")));
        assertThat(kit.fence(settings, busy.id())).contains(Map.of(shard(settings, 1), new Carried(1, "q349")));
        get(idle.close());
        get(busy.close());
    }

    @Test
    void anotherLanesOpenTransactionOnlyDelaysTheAnswer() throws Exception {
        LaneSettings patient = onePartition(kit.settings("hung"), Duration.ofSeconds(30));
        LaneSettings hasty = onePartition(kit.settings("hung"), Duration.ofSeconds(2));
        TransactionLane lane = kit.open(patient);
        Gate gate = new Gate(LaneHook.Point.SENT);
        TransactionLane other = kit.open(patient, gate);
        gate.shut();
        // records of the position topic's own partition: they are in the log before the fence asks for its end
        CompletionStage<Done> open = other.send(
                shard(patient, 1),
                1,
                List.of(new ProducerRecord<>(patient.positionTopic(), 0, LaneKit.bytes("filler"), LaneKit.bytes("{}"))),
                "q");
        gate.awaitReached();
        awaitOpenTransaction(patient);
        get(lane.send(shard(patient, 0), 1, numbers("hung", "k", 0, 5), "p5"));
        RelayException late =
                failure(new LaneFence(kit.actors.system(), hasty, KafkaFaultsForLanes.CLASSIFIER).fence(lane.id()));
        assertThat(late.fault()).isEqualTo(Fault.TRANSIENT);
        assertThat(late).hasMessageContaining("open transaction");
        CompletionStage<Optional<Map<ShardId, Carried>>> waits =
                new LaneFence(kit.actors.system(), patient, KafkaFaultsForLanes.CLASSIFIER).fence(lane.id());
        gate.open();
        get(open);
        assertThat(get(waits)).contains(Map.of(shard(patient, 0), new Carried(1, "p5")));
        get(lane.close());
        get(other.close());
    }

    private static void awaitOpenTransaction(LaneSettings settings) {
        Awaitility.await().atMost(Duration.ofSeconds(30)).until(() -> {
            try (Admin admin = Admin.create(Map.of("bootstrap.servers", kit.kafka.bootstrapServers()))) {
                var partition = new TopicPartition(settings.positionTopic(), 0);
                return admin
                        .describeProducers(List.of(partition))
                        .partitionResult(partition)
                        .get()
                        .activeProducers()
                        .stream()
                        .anyMatch(producer ->
                                producer.currentTransactionStartOffset().isPresent());
            }
        });
    }
}
