package io.outboxrelay.relay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.cluster.Wire;
import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.Deed;
import io.outboxrelay.control.ReplayNote;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.coordinator.PurgeState;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.replay.ReplayActor;
import io.outboxrelay.replay.ReplayStatus;
import io.outboxrelay.replay.Wanted;
import io.outboxrelay.shard.Phase;
import io.outboxrelay.shard.ShardActor;
import io.outboxrelay.shard.ShardStatus;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.ParkedEdit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.SerializationTestKit;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Adapter;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.Serializer;
import org.apache.pekko.serialization.Serializers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What crosses nodes, or stays in the journal, reads back as what was written. */
class WireTest {
    private static final ActorTestKit KIT = kit("jackson-cbor");
    private static final ActorTestKit READABLE = kit("jackson-json");
    private static final ShardId SHARD = new ShardId("orders", 3);
    private static final List<ParkedEdit.Field> FIELDS =
            List.of(new ParkedEdit.Field("payload", 12L, null), new ParkedEdit.Field("headers", null, 20L));
    private static final ReplayNote REPLAY =
            new ReplayNote("orders", "id", ReplayNote.Step.BEGUN, "key k", "ann", "lost");
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00.123456Z");

    @AfterAll
    static void stopKits() {
        KIT.shutdownTestKit();
        READABLE.shutdownTestKit();
    }

    private static ActorTestKit kit(String serializer) {
        return ActorTestKit.create(
                "WireTest",
                ConfigFactory.parseString("pekko.actor.serialization-bindings { \"io.outboxrelay.cluster.Wire\" = "
                                + serializer + " }")
                        .withFallback(ConfigFactory.load()));
    }

    @Test
    void everyMessageReadsBackAsWritten() {
        SerializationTestKit serialization = new SerializationTestKit(KIT.system());
        for (Wire message : messages(KIT)) {
            serialization.verifySerialization(message, true);
        }
    }

    /**
     * Nodes of that version are in the cluster while it is upgraded, and its journal is replayed: nothing that it says may
     * fail to be read, or lose a part. `-Dwire.record=FILE` writes the file for a version that is about to be released.
     */
    @ParameterizedTest
    @ValueSource(strings = "0.1.0")
    void understandsWhatEarlierVersionsSay(String version) throws IOException {
        Serialization serialization = SerializationExtension.get(Adapter.toClassic(READABLE.system()));
        Serializer serializer = serialization.serializerFor(Wire.class);
        if (System.getProperty("wire.record") != null) {
            record(serialization, serializer, Path.of(System.getProperty("wire.record")));
        }
        ObjectMapper json = new ObjectMapper();
        List<String> lines = Files.readAllLines(Path.of("src/test/resources/wire", version + ".txt"));
        assertThat(lines).isNotEmpty();
        for (String line : lines) {
            String[] parts = line.split(" ", 2);
            byte[] said = parts[1].getBytes(UTF_8);
            Object message = serialization
                    .deserialize(said, serializer.identifier(), parts[0])
                    .get();
            JsonNode understood = json.readTree(serialization.serialize(message).get());
            json.readTree(said)
                    .properties()
                    .forEach(field -> assertThat(understood.get(field.getKey()))
                            .as("%s of %s", field.getKey(), line)
                            .isEqualTo(field.getValue()));
        }
    }

    private static void record(Serialization serialization, Serializer serializer, Path file) throws IOException {
        List<String> lines = new ArrayList<>();
        for (Wire message : messages(READABLE)) {
            String text = new String(serialization.serialize(message).get(), UTF_8);
            lines.add(Serializers.manifestFor(serializer, message) + " " + text);
        }
        Files.write(file, lines);
    }

    @Test
    void everyKindOfMessageIsAmongThem() {
        List<Class<?>> kinds = Stream.of(
                        ShardActor.Command.class,
                        CoordinatorActor.Command.class,
                        ReplayActor.Command.class,
                        ControlJournal.Event.class)
                .flatMap(protocol -> Arrays.stream(protocol.getPermittedSubclasses()))
                .filter(Wire.class::isAssignableFrom)
                .toList();
        assertThat(messages(KIT)).extracting(Object::getClass).containsAll(kinds);
    }

    private static List<Wire> messages(ActorTestKit kit) {
        List<Wire> messages = new ArrayList<>();
        messages.addAll(ofShards(kit));
        messages.addAll(ofTheCoordinator(kit));
        messages.addAll(ofReplays(kit));
        messages.addAll(ofTheJournal());
        return messages;
    }

    private static List<Wire> ofShards(ActorTestKit kit) {
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
                6,
                true);
        return List.of(
                new ShardActor.Keep(true, "paused by ann", 7L),
                new ShardActor.Keep(false, null, null),
                new ShardWaker.Word(SHARD, true, "paused by ann", 7),
                ShardActor.Order.TRY_AGAIN,
                new ShardActor.GetPhase(probe(kit)),
                new ShardActor.PhaseIs(Phase.PAUSED),
                new ShardActor.Restart(probe(kit)),
                new ShardActor.Restarting(Phase.HALTED, 7),
                new ShardActor.GetStatus(probe(kit)),
                full,
                ShardStatus.unknown(SHARD, "no answer"));
    }

    private static List<Wire> ofTheCoordinator(ActorTestKit kit) {
        return List.of(
                new CoordinatorActor.Pause(SHARD, "ann", "upgrade", probe(kit)),
                new CoordinatorActor.Resume(SHARD, "ann", "", probe(kit)),
                new CoordinatorActor.Move(SHARD, "here:1", "ann", "hot", probe(kit)),
                new CoordinatorActor.Move(SHARD, null, "ann", "", probe(kit)),
                new CoordinatorActor.Restart(SHARD, "ann", "odd", probe(kit)),
                new CoordinatorActor.Reshard("orders", 32, "ann", "", probe(kit)),
                new CoordinatorActor.NoteDecision("orders", Decision.SKIP, List.of("e1"), "ann", "", probe(kit)),
                new CoordinatorActor.NoteEdit("orders", "e1", FIELDS, "ann", "", probe(kit)),
                new CoordinatorActor.NoteReplay(REPLAY, probe(kit)),
                new CoordinatorActor.GetOutboxes(probe(kit)),
                new CoordinatorActor.GetHistory(probe(kit)),
                new CoordinatorActor.GetPurge("orders", probe(kit)),
                new PurgeState(
                        "orders",
                        null,
                        "denied",
                        List.of(new PurgeState.Part("outbox_p0", true, 8192, 200)),
                        List.of(new PurgeState.Wait("outbox_p3", "shards_behind", "shard 1", 60.5))),
                new CoordinatorActor.History(
                        List.of(new Deed("edit", "orders", List.of(3), List.of("e1"), "ann", "typo", "payload", NOW))),
                new CoordinatorActor.OutboxStates(Map.of(
                        "orders",
                        new CoordinatorActor.OutboxState(null, 3, List.of(new CoordinatorActor.Pinned(1, "here:1"))))),
                new CoordinatorActor.ShardStopped(SHARD));
    }

    private static List<Wire> ofReplays(ActorTestKit kit) {
        ReplayStatus status = new ReplayStatus(
                "id",
                "orders",
                ReplayStatus.State.FAILED,
                "key k",
                "ann",
                "lost",
                "here:1",
                7,
                1,
                List.of("e1: too large"),
                List.of("e2"),
                0.5,
                NOW,
                NOW,
                null,
                "no topic");
        Wanted wanted = new Wanted(NOW, null, null, "k", List.of("e1"), "other", 5);
        return List.of(
                new ReplayActor.Begin("orders", wanted, "ann", "lost", probe(kit)),
                new ReplayActor.Stop("orders", "ann", "enough", probe(kit)),
                new ReplayActor.GetReplays("orders", probe(kit)),
                new ReplayActor.Replays("orders", List.of(status)),
                status,
                wanted);
    }

    private static List<Wire> ofTheJournal() {
        return List.of(
                REPLAY,
                new ControlJournal.Replayed(REPLAY, NOW),
                new ControlJournal.ShardPaused("orders", 3, "ann", "upgrade", NOW),
                new ControlJournal.ShardResumed("orders", 3, "ann", "", NOW),
                new ControlJournal.ShardMoved("orders", 3, "here:1", -7, "ann", "hot", NOW),
                new ControlJournal.ShardRestarted("orders", 3, "ann", "odd", NOW),
                new ControlJournal.ParkedDecided("orders", Decision.RELEASE, List.of("e1", "e2"), "ann", "fixed", NOW),
                new ControlJournal.ParkedEdited("orders", "e1", FIELDS, "ann", "typo", NOW),
                new ControlJournal.ReshardBegun("orders", 32, "ann", "more nodes", NOW),
                new ControlJournal.ReshardEnded("orders", false, "denied", NOW));
    }

    private static <T> ActorRef<T> probe(ActorTestKit kit) {
        return kit.<T>createTestProbe().ref();
    }
}
