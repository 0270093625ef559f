package io.outboxrelay.control;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.control.ControlJournal.Asked;
import io.outboxrelay.control.ControlJournal.BeginReshard;
import io.outboxrelay.control.ControlJournal.Change;
import io.outboxrelay.control.ControlJournal.EndReshard;
import io.outboxrelay.control.ControlJournal.Event;
import io.outboxrelay.control.ControlJournal.NoteEdit;
import io.outboxrelay.control.ControlJournal.NoteRestart;
import io.outboxrelay.control.ControlJournal.ParkedEdited;
import io.outboxrelay.control.ControlJournal.SetPaused;
import io.outboxrelay.control.ControlJournal.SetPin;
import io.outboxrelay.control.ControlJournal.ShardPaused;
import io.outboxrelay.control.ControlJournal.ShardRestarted;
import io.outboxrelay.control.ControlJournal.ShardResumed;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.ParkedEdit;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.pattern.StatusReply;
import org.apache.pekko.persistence.testkit.PersistenceTestKitPlugin;
import org.apache.pekko.persistence.testkit.javadsl.PersistenceTestKit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlJournalTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final ShardId SHARD = new ShardId("orders", 3);
    private static final long UP_TO_DATE = 100;
    private static final String ID = ControlJournal.ID.id();
    private static final ActorTestKit KIT = ActorTestKit.create(
            "ControlJournalTest",
            PersistenceTestKitPlugin.getInstance()
                    .config()
                    .withFallback(ConfigFactory.parseString(
                            "pekko.actor.serialization-bindings { \"io.outboxrelay.cluster.Wire\" = jackson-cbor }"))
                    .withFallback(ConfigFactory.load()));

    private final PersistenceTestKit journal = PersistenceTestKit.create(KIT.system());
    private final TestProbe<ControlState> states = KIT.createTestProbe(ControlState.class);
    private final TestProbe<StatusReply<Done>> confirmations = KIT.createTestProbe();

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @BeforeEach
    void forget() {
        journal.clearAll();
        journal.resetPolicy();
    }

    @Test
    void writesAChangeThenTellsItThenConfirmsIt() {
        ActorRef<Asked> control = started();
        control.tell(change(true));
        confirmations.receiveMessage(LIMIT);
        ControlState after = states.receiveMessage(LIMIT);
        assertThat(after.paused()).containsExactly(Map.entry(SHARD, "by ann since " + NOW + ": broker upgrade"));
        Event event = journal.expectNextPersistedClass(ID, ShardPaused.class);
        assertThat(event).isEqualTo(new ShardPaused("orders", 3, "ann", "broker upgrade", NOW));
        assertThat(after.history()).containsExactly(event);
    }

    /** Else one that missed a write of another would confirm what the next replay takes back. */
    @Test
    void writesWhatIsSoAlreadyBeforeItConfirmsIt() {
        ActorRef<Asked> control = started();
        control.tell(change(false));
        confirmations.receiveMessage(LIMIT);
        assertThat(journal.persistedInStorage(ID)).hasSize(1);
        control.tell(change(true));
        control.tell(change(true));
        confirmations.receiveSeveralMessages(2, LIMIT);
        assertThat(journal.persistedInStorage(ID)).hasSize(3);
        KIT.stop(control, LIMIT);
    }

    @Test
    void confirmsNothingThatItCannotWrite() {
        ActorRef<Asked> control = started();
        journal.failNextPersisted(ID, new IllegalStateException("another journal has written this number"));
        control.tell(change(false));
        assertThat(states.receiveMessage(LIMIT)).as("it starts over").isEqualTo(ControlState.EMPTY);
        confirmations.expectNoMessage(Duration.ZERO);
    }

    @Test
    void knowsAfterARestartWhatWasWanted() {
        ActorRef<Asked> control = started();
        control.tell(change(true));
        confirmations.receiveMessage(LIMIT);
        states.receiveMessage(LIMIT);
        KIT.stop(control, LIMIT);

        ActorRef<Asked> again = KIT.spawn(newJournal());
        assertThat(states.receiveMessage(LIMIT).paused()).containsOnlyKeys(SHARD);
        again.tell(change(false));
        assertThat(states.receiveMessage(LIMIT).paused()).isEmpty();
        assertThat(journal.persistedInStorage(ID)).last().isInstanceOf(ShardResumed.class);
        KIT.stop(again, LIMIT);
    }

    /** As by a process that stood still while others wanted the contrary and got it. */
    @Test
    void refusesWhatWasAskedForBeforeTheLastReplay() {
        ActorRef<Asked> control = started();
        control.tell(change(true));
        confirmations.receiveMessage(LIMIT);
        states.receiveMessage(LIMIT);
        KIT.stop(control, LIMIT);
        ActorRef<Asked> again = KIT.spawn(newJournal());
        assertThat(states.receiveMessage(LIMIT).revision()).isEqualTo(1);
        again.tell(new Asked(change(false).change(), 0));
        assertThat(refusal()).startsWith(ControlJournal.UNAVAILABLE);
        again.tell(new Asked(change(false).change(), 1));
        assertThat(confirmations.receiveMessage(LIMIT).isSuccess()).isTrue();
        KIT.stop(again, LIMIT);
    }

    @Test
    void triesTheReplayAgainWhileTheJournalIsDown() {
        journal.failNextRead(ID, new IllegalStateException("journal is down"));
        ActorRef<Asked> control = KIT.spawn(newJournal());
        assertThat(states.receiveMessage(LIMIT)).isEqualTo(ControlState.EMPTY);
        KIT.stop(control, LIMIT);
    }

    @Test
    void doesNotConfirmWhatCouldNotBeWrittenAndGoesOn() {
        ActorRef<Asked> control = started();
        journal.failNextPersisted(ID, new IllegalStateException("journal is down"));
        control.tell(change(true));
        assertThat(states.receiveMessage(LIMIT)).isEqualTo(ControlState.EMPTY);
        confirmations.expectNoMessage(Duration.ZERO);
        control.tell(change(true));
        confirmations.receiveMessage(LIMIT);
        KIT.stop(control, LIMIT);
    }

    @Test
    void knowsAfterARestartWhichOutboxIsBeingDealtUntilItIsDone() {
        ActorRef<Asked> control = started();
        control.tell(begin(32));
        assertThat(confirmations.receiveMessage(LIMIT).isSuccess()).isTrue();
        assertThat(states.receiveMessage(LIMIT).resharding()).containsEntry("orders", 32);
        KIT.stop(control, LIMIT);

        ActorRef<Asked> again = KIT.spawn(newJournal());
        assertThat(states.receiveMessage(LIMIT).resharding()).containsEntry("orders", 32);
        again.tell(asked(new EndReshard("orders", true, "", confirmations.ref())));
        assertThat(states.receiveMessage(LIMIT).resharding()).isEmpty();
        again.tell(asked(new EndReshard("orders", true, "", confirmations.ref())));
        confirmations
                .receiveSeveralMessages(2, LIMIT)
                .forEach(reply -> assertThat(reply.isSuccess()).isTrue());
        assertThat(journal.persistedInStorage(ID)).hasSize(2);
        KIT.stop(again, LIMIT);
    }

    @Test
    void refusesWhatContradictsAReshardUnderWay() {
        ActorRef<Asked> control = started();
        control.tell(begin(32));
        control.tell(begin(32));
        confirmations.receiveSeveralMessages(2, LIMIT);
        control.tell(begin(8));
        assertThat(refusal()).contains("being dealt to 32 shards");
        control.tell(change(true));
        assertThat(refusal()).contains("being dealt to 32 shards");
        assertThat(journal.persistedInStorage(ID)).as("both that agree").hasSize(2);
        KIT.stop(control, LIMIT);
    }

    @Test
    void dealsNoOutboxOfWhichAShardIsPaused() {
        ActorRef<Asked> control = started();
        control.tell(change(true));
        confirmations.receiveMessage(LIMIT);
        control.tell(begin(32));
        assertThat(refusal()).contains("[3]", "resume");
        control.tell(asked(new BeginReshard("bills", 32, "ann", "", confirmations.ref())));
        assertThat(confirmations.receiveMessage(LIMIT).isSuccess()).isTrue();
        KIT.stop(control, LIMIT);
    }

    @Test
    void knowsAfterARestartWhereAShardIsWantedUntilThatIsTakenBackOrItsOutboxIsDealt() {
        ActorRef<Asked> control = started();
        ShardId other = new ShardId("orders", 4);
        control.tell(pin(SHARD, new Pin("here:1", 7)));
        control.tell(pin(other, new Pin("here:1", 7)));
        control.tell(pin(other, null));
        confirmations.receiveSeveralMessages(3, LIMIT);
        KIT.stop(control, LIMIT);
        states.receiveSeveralMessages(3, LIMIT);

        ActorRef<Asked> again = KIT.spawn(newJournal());
        assertThat(states.receiveMessage(LIMIT).pins()).containsExactly(Map.entry(SHARD, new Pin("here:1", 7)));
        again.tell(begin(32));
        assertThat(states.receiveMessage(LIMIT).pins()).containsOnlyKeys(SHARD);
        again.tell(pin(SHARD, null));
        confirmations.receiveMessage(LIMIT);
        assertThat(refusal()).contains("being dealt to 32 shards");
        again.tell(asked(new EndReshard("orders", false, "denied", confirmations.ref())));
        assertThat(states.receiveMessage(LIMIT).pins()).as("its shards stay").containsOnlyKeys(SHARD);
        again.tell(begin(32));
        again.tell(asked(new EndReshard("orders", true, "", confirmations.ref())));
        assertThat(states.receiveSeveralMessages(2, LIMIT).get(1).pins()).isEmpty();
        KIT.stop(again, LIMIT);
    }

    private Asked pin(ShardId shard, @Nullable Pin pin) {
        return asked(new SetPin(shard, pin, "ann", "hot", confirmations.ref()));
    }

    @Test
    void notesARestartEachTimeUnlessTheShardRests() {
        ActorRef<Asked> control = started();
        control.tell(restart());
        control.tell(restart());
        confirmations
                .receiveSeveralMessages(2, LIMIT)
                .forEach(reply -> assertThat(reply.isSuccess()).isTrue());
        assertThat(journal.persistedInStorage(ID))
                .hasSize(2)
                .containsOnly(new ShardRestarted("orders", 3, "ann", "odd", NOW));
        control.tell(change(true));
        assertThat(confirmations.receiveMessage(LIMIT).isSuccess()).isTrue();
        control.tell(restart());
        assertThat(refusal())
                .isEqualTo("shard orders/3 is paused by ann since " + NOW + ": broker upgrade; resume it instead");
        control.tell(change(false));
        control.tell(begin(32));
        confirmations.receiveSeveralMessages(2, LIMIT);
        control.tell(restart());
        assertThat(refusal()).contains("being dealt to 32 shards");
        KIT.stop(control, LIMIT);
    }

    private Asked restart() {
        return asked(new NoteRestart(SHARD, "ann", "odd", confirmations.ref()));
    }

    @Test
    void notesAnEditEachTimeAndWantsNothingOfShards() {
        ActorRef<Asked> control = started();
        List<ParkedEdit.Field> fields = List.of(new ParkedEdit.Field("payload", 12L, null));
        control.tell(asked(new NoteEdit("orders", "e1", fields, "ann", "typo", confirmations.ref())));
        assertThat(confirmations.receiveMessage(LIMIT).isSuccess()).isTrue();
        ParkedEdited event = journal.expectNextPersistedClass(ID, ParkedEdited.class);
        assertThat(event).isEqualTo(new ParkedEdited("orders", "e1", fields, "ann", "typo", NOW));
        ControlState after = states.receiveMessage(LIMIT);
        assertThat(after).isEqualTo(new ControlState(1, Map.of(), Map.of(), Map.of(), List.of(event)));
        KIT.stop(control, LIMIT);
    }

    private String refusal() {
        return confirmations.receiveMessage(LIMIT).getError().getMessage();
    }

    private Asked begin(int shards) {
        return asked(new BeginReshard("orders", shards, "ann", "more nodes", confirmations.ref()));
    }

    private ActorRef<Asked> started() {
        ActorRef<Asked> control = KIT.spawn(newJournal());
        assertThat(states.receiveMessage(LIMIT)).isEqualTo(ControlState.EMPTY);
        return control;
    }

    private Behavior<Asked> newJournal() {
        return ControlJournal.create(states.ref(), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private Asked change(boolean paused) {
        return asked(new SetPaused(SHARD, paused, "ann", "broker upgrade", confirmations.ref()));
    }

    private static Asked asked(Change change) {
        return new Asked(change, UP_TO_DATE);
    }
}
