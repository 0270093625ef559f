package io.outboxrelay.relay;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.cluster.Wire;
import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedEdit;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.SerializationTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** What crosses nodes, or stays in the journal, reads back as what was written. */
class WireTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "WireTest",
            ConfigFactory.parseString(
                            "pekko.actor.serialization-bindings { \"io.outboxrelay.cluster.Wire\" = jackson-cbor }")
                    .withFallback(ConfigFactory.load()));
    private static final ShardId SHARD = new ShardId("orders", 3);
    private static final List<ParkedEdit.Field> FIELDS =
            List.of(new ParkedEdit.Field("payload", 12L, null), new ParkedEdit.Field("headers", null, 20L));
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123456Z");

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @Test
    void everyMessageReadsBackAsWritten() {
        SerializationTestKit serialization = new SerializationTestKit(KIT.system());
        for (Wire message : messages()) {
            serialization.verifySerialization(message, true);
        }
    }

    @Test
    void everyKindOfMessageIsAmongThem() {
        List<Class<?>> kinds = Stream.of(
                        ShardActor.Command.class, CoordinatorActor.Command.class, ControlJournal.Event.class)
                .flatMap(protocol -> Arrays.stream(protocol.getPermittedSubclasses()))
                .filter(Wire.class::isAssignableFrom)
                .toList();
        assertThat(messages()).extracting(Object::getClass).containsAll(kinds);
    }

    private static List<Wire> messages() {
        List<Wire> messages = new ArrayList<>();
        messages.addAll(ofShards());
        messages.addAll(ofTheCoordinator());
        messages.addAll(ofTheJournal());
        return messages;
    }

    private static List<Wire> ofShards() {
        ShardStatus full = new ShardStatus(
                "orders",
                3,
                "here:1",
                Phase.HALTED,
                7,
                "cursor 9",
                12,
                true,
                1.5,
                2.25,
                3,
                4,
                5,
                6,
                true,
                "topic t does not exist",
                "no topic",
                Fault.MISCONFIGURED,
                0.125,
                6);
        return List.of(
                new ShardActor.Keep(true, "paused by ann", 7L),
                new ShardActor.Keep(false, null, null),
                ShardActor.Order.TRY_AGAIN,
                new ShardActor.GetPhase(probe()),
                new ShardActor.PhaseIs(Phase.PAUSED),
                new ShardActor.GetStatus(probe()),
                full,
                ShardStatus.unknown(SHARD, "no answer"));
    }

    private static List<Wire> ofTheCoordinator() {
        return List.of(
                new CoordinatorActor.Pause(SHARD, "ann", "upgrade", probe()),
                new CoordinatorActor.Resume(SHARD, "ann", "", probe()),
                new CoordinatorActor.Reshard("orders", 32, "ann", "", probe()),
                new CoordinatorActor.NoteDecision("orders", Decision.SKIP, List.of("e1"), "ann", "", probe()),
                new CoordinatorActor.NoteEdit("orders", "e1", FIELDS, "ann", "", probe()),
                new CoordinatorActor.GetOutboxes(probe()),
                new CoordinatorActor.OutboxStates(Map.of("orders", new CoordinatorActor.OutboxState(null, 3))),
                new CoordinatorActor.ShardStopped(SHARD));
    }

    private static List<Wire> ofTheJournal() {
        return List.of(
                new ControlJournal.ShardPaused("orders", 3, "ann", "upgrade", NOW),
                new ControlJournal.ShardResumed("orders", 3, "ann", "", NOW),
                new ControlJournal.ParkedDecided("orders", Decision.RELEASE, List.of("e1", "e2"), "ann", "fixed", NOW),
                new ControlJournal.ParkedEdited("orders", "e1", FIELDS, "ann", "typo", NOW),
                new ControlJournal.ReshardBegun("orders", 32, "ann", "more nodes", NOW),
                new ControlJournal.ReshardEnded("orders", false, "denied", NOW));
    }

    private static <T> ActorRef<T> probe() {
        return KIT.<T>createTestProbe().ref();
    }
}
