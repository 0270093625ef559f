package io.outboxrelay.coordinator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.control.ControlJournal;
import io.outboxrelay.control.ControlState;
import io.outboxrelay.control.Pin;
import io.outboxrelay.coordinator.CoordinatorActor.Command;
import io.outboxrelay.coordinator.ShardPlan.Wake;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.pattern.StatusReply;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CoordinatorActorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration LONG = Duration.ofHours(1);
    private static final ShardId FIRST = new ShardId("orders", 0);
    private static final ShardId SECOND = new ShardId("orders", 1);
    private static final ActorTestKit KIT = ActorTestKit.create(
            "CoordinatorActorTest", ConfigFactory.parseString("""
                            pekko.actor.provider = cluster
                            pekko.remote.artery.canonical { hostname = "127.0.0.1", port = 0 }
                            pekko.cluster.jmx.multi-mbeans-in-same-jvm = on
                            """).withFallback(ConfigFactory.load()));

    private final TestProbe<Wake> woken = KIT.createTestProbe(Wake.class);
    private final TestProbe<ControlJournal.Change> journal = KIT.createTestProbe(ControlJournal.Change.class);
    private final TestProbe<StatusReply<Done>> operator = KIT.createTestProbe();
    private final CompletableFuture<ActorRef<ControlState>> intent = new CompletableFuture<>();
    private final CountingAdmin admin = new CountingAdmin();
    private final Set<ShardId> busy = ConcurrentHashMap.newKeySet();
    private Duration restWithin = LONG;
    private final List<Map<ShardId, Pin>> pins = new CopyOnWriteArrayList<>();
    private volatile Nodes nodes = new Nodes(Map.of("here:1", 7L, "there:2", 8L), Map.of("away:3", "leaving"));
    private volatile Hosting hosting = Hosting.ANYBODY;
    private ActorRef<Command> coordinator;

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @AfterEach
    void stopCoordinator() {
        KIT.stop(coordinator, LIMIT);
    }

    @Test
    void wakesNobodyBeforeIntentIsKnown() {
        start(Duration.ofMillis(20), LONG);
        coordinator.tell(new CoordinatorActor.ShardStopped(FIRST));
        woken.expectNoMessage(Duration.ofMillis(200));
        learn(SECOND);
        assertThat(wakes(2)).containsExactly(new Wake(FIRST, false, ""), new Wake(SECOND, true, ""));
    }

    @Test
    void tellsWhatOperatorsDidOnceTheJournalIsRead() {
        start(LONG, LONG);
        TestProbe<StatusReply<CoordinatorActor.History>> asker = KIT.createTestProbe();
        coordinator.tell(new CoordinatorActor.GetHistory(asker.ref()));
        assertThat(asker.receiveMessage(LIMIT).getError()).hasMessageContaining("not read yet");
        learn(SECOND);
        wakes(2);
        coordinator.tell(new CoordinatorActor.GetHistory(asker.ref()));
        assertThat(asker.receiveMessage(LIMIT).getValue().history()).isEmpty();
    }

    @Test
    void wakesEveryShardAgainAndAgain() {
        start(Duration.ofMillis(20), LONG);
        learn();
        assertThat(wakes(6)).containsOnly(new Wake(FIRST, false, ""), new Wake(SECOND, false, ""));
    }

    @Test
    void wakesADrainedShardAtOnceAndNobodyElse() {
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.ShardStopped(SECOND));
        assertThat(wakes(1)).containsExactly(new Wake(SECOND, false, ""));
        coordinator.tell(new CoordinatorActor.ShardStopped(new ShardId("orders", 7)));
        woken.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    void wakesOnlyWhatMovesWhileItsNodeStopsAndNothingOnTheLastNode() {
        hosting = Hosting.OTHERS;
        start(Duration.ofMillis(20), LONG);
        learn();
        woken.expectNoMessage(Duration.ofMillis(100));
        coordinator.tell(new CoordinatorActor.ShardStopped(SECOND));
        assertThat(wakes(1)).containsExactly(new Wake(SECOND, false, ""));
        hosting = Hosting.NOBODY;
        coordinator.tell(new CoordinatorActor.ShardStopped(SECOND));
        woken.expectNoMessage(Duration.ofMillis(100));
    }

    @Test
    void recordsAPauseBeforeItConfirmsItAndTellsTheShard() {
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Pause(FIRST, "ann", "upgrade", operator.ref()));
        ControlJournal.SetPaused change = journal.expectMessageClass(ControlJournal.SetPaused.class, LIMIT);
        assertThat(change.paused()).isTrue();
        assertThat(change.by()).isEqualTo("ann");
        operator.expectNoMessage(Duration.ofMillis(50));
        learn(FIRST);
        change.replyTo().tell(StatusReply.ack());
        assertThat(operator.receiveMessage(LIMIT).isSuccess()).isTrue();
        assertThat(wakes(1)).containsExactly(new Wake(FIRST, true, ""));
    }

    @Test
    void notesARestartAndLeavesItToWhoAsked() {
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Restart(FIRST, "ann", "odd", operator.ref()));
        ControlJournal.NoteRestart note = journal.expectMessageClass(ControlJournal.NoteRestart.class, LIMIT);
        assertThat(note.shard()).isEqualTo(FIRST);
        assertThat(note.by() + " " + note.reason()).isEqualTo("ann odd");
        note.replyTo().tell(StatusReply.ack());
        assertThat(operator.receiveMessage(LIMIT).isSuccess()).isTrue();
        woken.expectNoMessage(Duration.ofMillis(100));
        coordinator.tell(new CoordinatorActor.Restart(new ShardId("orders", 2), "ann", "", operator.ref()));
        assertThat(operator.receiveMessage(LIMIT).getError()).hasMessage("there is no shard orders/2");
    }

    @Test
    void movesAShardToANodeThatIsThereAndTellsWhoAllocates() {
        start(LONG, LONG);
        learn();
        wakes(2);
        assertThat(pins).containsExactly(Map.of());
        coordinator.tell(new CoordinatorActor.Move(FIRST, "there:2", "ann", "hot", operator.ref()));
        ControlJournal.SetPin change = journal.expectMessageClass(ControlJournal.SetPin.class, LIMIT);
        Pin pin = new Pin("there:2", 8);
        assertThat(change.pin()).isEqualTo(pin);
        assertThat(change.by() + " " + change.reason()).isEqualTo("ann hot");
        intent.join().tell(new ControlState(2, Map.of(), Map.of(FIRST, pin), Map.of(), List.of()));
        change.replyTo().tell(StatusReply.ack());
        assertThat(operator.receiveMessage(LIMIT).isSuccess()).isTrue();
        assertThat(pins).containsExactly(Map.of(), Map.of(FIRST, pin));
        assertThat(state().pinned()).containsExactly(new CoordinatorActor.Pinned(0, "there:2"));
        nodes = new Nodes(Map.of("here:1", 7L, "there:2", 9L), Map.of());
        assertThat(state().pinned()).as("another process of that address").isEmpty();
        coordinator.tell(new CoordinatorActor.Move(FIRST, null, "ann", "", operator.ref()));
        assertThat(journal.expectMessageClass(ControlJournal.SetPin.class, LIMIT)
                        .pin())
                .isNull();
    }

    @Test
    void movesNothingToANodeThatIsNotThereOrLeaves() {
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Move(FIRST, "gone:9", "ann", "", operator.ref()));
        assertThat(operator.receiveMessage(LIMIT).getError())
                .hasMessage("there is no node gone:9 in this cluster, legal: here:1, there:2, any");
        coordinator.tell(new CoordinatorActor.Move(FIRST, "away:3", "ann", "", operator.ref()));
        assertThat(operator.receiveMessage(LIMIT).getError())
                .hasMessage("node away:3 is leaving, legal: here:1, there:2, any");
        coordinator.tell(new CoordinatorActor.Move(new ShardId("orders", 2), "here:1", "ann", "", operator.ref()));
        assertThat(operator.receiveMessage(LIMIT).getError()).hasMessage("there is no shard orders/2");
        journal.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void anOperatorLearnsThatTheJournalDidNotConfirm() {
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Resume(FIRST, "ann", "", operator.ref()));
        StatusReply<Done> reply = operator.receiveMessage(LIMIT);
        assertThat(reply.isError()).isTrue();
        assertThat(reply.getError()).hasMessageContaining("did not confirm");
    }

    @Test
    void refusesAShardThatDoesNotExist() {
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Pause(new ShardId("orders", 2), "ann", "", operator.ref()));
        assertThat(operator.receiveMessage(LIMIT).getError()).hasMessage("there is no shard orders/2");
    }

    @Test
    void purgesAgainAfterAFailureAndNeverTwiceAtOnce() {
        start(LONG, Duration.ofMillis(10));
        await().atMost(LIMIT).until(() -> admin.calls.get() >= 3);
        assertThat(admin.mostAtOnce.get()).isEqualTo(1);
    }

    @Test
    void tellsWhatPurgesFoundAndWhichOutboxIsNotKnown() {
        start(LONG, Duration.ofMillis(10));
        await().atMost(LIMIT).until(() -> admin.calls.get() >= 3);
        TestProbe<StatusReply<PurgeState>> asker = KIT.createTestProbe();
        coordinator.tell(new CoordinatorActor.GetPurge("orders", asker.ref()));
        PurgeState state = asker.receiveMessage(LIMIT).getValue();
        assertThat(state.outbox()).isEqualTo("orders");
        assertThat(state.lastSecondsAgo()).isNotNegative();
        coordinator.tell(new CoordinatorActor.GetPurge("bills", asker.ref()));
        assertThat(asker.receiveMessage(LIMIT).getError()).hasMessageStartingWith(CoordinatorActor.UNAVAILABLE);
    }

    @Test
    void dealsAnOutboxOnceItsShardsRestAndThenWakesTheNewOnes() {
        busy.add(SECOND);
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Reshard("orders", 3, "ann", "more nodes", operator.ref()));
        begun(3);
        assertThat(wakes(2)).containsExactly(new Wake(FIRST, true, ""), new Wake(SECOND, true, ""));
        assertThat(state()).isEqualTo(new CoordinatorActor.OutboxState(2, 3, List.of()));
        assertThat(admin.dealt).isEmpty();
        busy.clear();
        ended(true);
        assertThat(admin.dealt).containsExactly(3);
        assertThat(wakes(3))
                .containsExactly(
                        new Wake(FIRST, false, ""),
                        new Wake(SECOND, false, ""),
                        new Wake(new ShardId("orders", 2), false, ""));
        assertThat(state()).isEqualTo(new CoordinatorActor.OutboxState(3, null, List.of()));
    }

    @Test
    void doesNotWaitForeverForAShardThatDoesNotRest() {
        busy.add(SECOND);
        restWithin = Duration.ofMillis(200);
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Reshard("orders", 1, "ann", "", operator.ref()));
        begun(1);
        ended(true);
        assertThat(admin.dealt).containsExactly(1);
    }

    @Test
    void goesOnWithTheShardsThereAreWhenTheyCannotBeDealt() {
        admin.dealing = new RelayException(Fault.MISCONFIGURED, "permission denied");
        start(LONG, LONG);
        learn();
        wakes(2);
        coordinator.tell(new CoordinatorActor.Reshard("orders", 3, "ann", "", operator.ref()));
        begun(3);
        wakes(2);
        assertThat(ended(false).note()).contains("permission denied");
        assertThat(wakes(2)).containsExactly(new Wake(FIRST, false, ""), new Wake(SECOND, false, ""));
        assertThat(state()).isEqualTo(new CoordinatorActor.OutboxState(2, null, List.of()));
    }

    @Test
    void aSuccessorFinishesWhatWasBegun() {
        start(LONG, LONG);
        intent.join().tell(new ControlState(1, Map.of(), Map.of(), Map.of("orders", 5), List.of()));
        ended(true);
        assertThat(admin.dealt).containsExactly(5);
        assertThat(wakes(7).subList(2, 7)).extracting(Wake::paused).containsOnly(false);
    }

    @Test
    void confirmsAtOnceWhatIsSoAlready() {
        start(LONG, LONG);
        learn();
        await().atMost(LIMIT).until(() -> state().shards() != null);
        coordinator.tell(new CoordinatorActor.Reshard("orders", 2, "ann", "", operator.ref()));
        assertThat(operator.receiveMessage(LIMIT).isSuccess()).isTrue();
        journal.expectNoMessage(Duration.ofMillis(50));
    }

    @Test
    void refusesWhileNobodyKnowsHowManyShardsThereAreAndAsksAgain() {
        admin.unknown = true;
        start(Duration.ofMillis(20), LONG);
        learn();
        coordinator.tell(new CoordinatorActor.Reshard("orders", 3, "ann", "", operator.ref()));
        assertThat(operator.receiveMessage(LIMIT).getError()).hasMessageStartingWith(CoordinatorActor.UNAVAILABLE);
        assertThat(state()).isEqualTo(new CoordinatorActor.OutboxState(null, null, List.of()));
        admin.unknown = false;
        assertThat(wakes(2)).containsExactly(new Wake(FIRST, false, ""), new Wake(SECOND, false, ""));
    }

    /** As one that was replaced before its database answered. */
    @Test
    void wakesTheShardsThatAnotherCoordinatorDealt() {
        start(Duration.ofMillis(20), LONG);
        learn();
        wakes(2);
        admin.dealtByAnother = 3;
        ShardId third = new ShardId("orders", 2);
        await().atMost(LIMIT).until(() -> wakes(1).contains(new Wake(third, false, "")));
    }

    /** The journal writes the wish down. */
    private void begun(int shards) {
        ControlJournal.BeginReshard begin = journal.expectMessageClass(ControlJournal.BeginReshard.class, LIMIT);
        assertThat(begin.shards()).isEqualTo(shards);
        intent.join().tell(new ControlState(1, Map.of(), Map.of(), Map.of("orders", shards), List.of()));
        begin.replyTo().tell(StatusReply.ack());
        assertThat(operator.receiveMessage(LIMIT).isSuccess()).isTrue();
    }

    /** The journal writes the end down. */
    private ControlJournal.EndReshard ended(boolean done) {
        ControlJournal.EndReshard end = journal.expectMessageClass(ControlJournal.EndReshard.class, LIMIT);
        assertThat(end.done()).isEqualTo(done);
        learn();
        end.replyTo().tell(StatusReply.ack());
        return end;
    }

    private CoordinatorActor.OutboxState state() {
        TestProbe<CoordinatorActor.OutboxStates> states = KIT.createTestProbe();
        coordinator.tell(new CoordinatorActor.GetOutboxes(states.ref()));
        return states.receiveMessage(LIMIT).outboxes().get("orders");
    }

    private void start(Duration wakeInterval, Duration purgeInterval) {
        CoordinatorSetup setup = new CoordinatorSetup(
                Map.of("orders", new CoordinatorSetup.Duty(2, admin, purgeInterval, restWithin)),
                wakeInterval,
                Duration.ofMillis(500),
                (shard, paused, why, revision) -> woken.ref().tell(new Wake(shard, paused, "")),
                shard -> CompletableFuture.completedFuture(!busy.contains(shard)),
                () -> hosting,
                () -> nodes,
                pins::add,
                listener -> {
                    intent.complete(listener);
                    return Behaviors.receiveMessage(asked -> {
                        journal.ref().tell(asked.change());
                        return Behaviors.same();
                    });
                });
        coordinator = KIT.spawn(CoordinatorActor.create(setup));
    }

    private void learn(ShardId... paused) {
        intent.join()
                .tell(new ControlState(
                        1,
                        Stream.of(paused).collect(Collectors.toMap(shard -> shard, shard -> "by ann")),
                        Map.of(),
                        Map.of(),
                        List.of()));
    }

    private List<Wake> wakes(int count) {
        return woken.receiveSeveralMessages(count, LIMIT);
    }
}
