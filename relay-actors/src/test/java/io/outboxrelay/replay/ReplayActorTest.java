package io.outboxrelay.replay;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.control.Deed;
import io.outboxrelay.control.ReplayNote;
import io.outboxrelay.control.ReplayNote.Step;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.replay.ReplayStatus.State;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Retained;
import io.outboxrelay.store.SentPlace;
import io.outboxrelay.store.SentQuery;
import io.outboxrelay.store.SentRows;
import io.outboxrelay.testkit.RecordingPublisher;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.pattern.StatusReply;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ReplayActorTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Instant NOW = Instant.parse("2026-11-22T10:00:00Z");
    private static final int ROWS = 30;
    private static final int CHUNK = 10;
    private static final Wanted ALL = new Wanted(NOW, null, null, null, List.of(), "", 0);

    private final ActorTestKit kit = ActorTestKit.create("ReplayActorTest", ConfigFactory.load());
    private final TestProbe<CoordinatorActor.Command> coordinator = kit.createTestProbe();
    private final TestProbe<StatusReply<ReplayStatus>> answers = kit.createTestProbe();
    private final RecordingPublisher publisher = new RecordingPublisher();
    private final Kept kept = new Kept();
    private ActorRef<ReplayActor.Command> replays;

    private record Place(int at) implements SentPlace {
        @Override
        public boolean isEnd() {
            return at >= ROWS;
        }

        @Override
        public double share() {
            return (double) at / ROWS;
        }
    }

    private static final class Kept implements SentRows {
        private volatile Retained retained = new Retained(new Place(0), NOW, true);

        @Override
        public CompletionStage<Retained> retained() {
            return CompletableFuture.completedFuture(retained);
        }

        @Override
        public CompletionStage<Chunk> sent(SentQuery query, SentPlace after) {
            int from = ((Place) after).at();
            List<OutboxRow> rows = IntStream.range(from, Math.min(ROWS, from + CHUNK))
                    .mapToObj(ReplayActorTest::row)
                    .filter(row -> query.events().isEmpty() || query.events().contains(row.id()))
                    .toList();
            return CompletableFuture.completedFuture(
                    new Chunk(new ShardId("orders", 0), rows, new Place(from + CHUNK)));
        }
    }

    private static OutboxRow row(int n) {
        return new OutboxRow(
                n, "e" + n, "order", "k" + n % 3, "T", Integer.toString(n).getBytes(UTF_8), null, NOW);
    }

    @BeforeEach
    void start() {
        replays = spawn();
        history(List.of());
    }

    private ActorRef<ReplayActor.Command> spawn() {
        OutboxSettings settings = TestSettings.outbox(TestSettings.NO_DATABASE, TestSettings.NO_KAFKA, 1);
        ReplaySetup setup = new ReplaySetup(
                Map.of("orders", new ReplaySetup.Source(settings, kept, (id, topic) -> publisher)),
                coordinator.ref(),
                "here:1",
                Clock.fixed(NOW, ZoneOffset.UTC),
                LIMIT,
                Duration.ofMillis(10),
                Duration.ofMillis(200));
        return kit.spawn(ReplayActor.create(setup));
    }

    private void history(List<Deed> deeds) {
        coordinator
                .expectMessageClass(CoordinatorActor.GetHistory.class, LIMIT)
                .replyTo()
                .tell(StatusReply.success(new CoordinatorActor.History(deeds)));
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    private void ask(Wanted wanted) {
        replays.tell(new ReplayActor.Begin("orders", wanted, "ann", "lost", answers.ref()));
    }

    private ReplayNote noted(Step step) {
        CoordinatorActor.NoteReplay note = coordinator.expectMessageClass(CoordinatorActor.NoteReplay.class, LIMIT);
        assertThat(note.note().step()).isEqualTo(step);
        note.replyTo().tell(StatusReply.ack());
        return note.note();
    }

    private ReplayStatus begun(Wanted wanted) {
        ask(wanted);
        noted(Step.BEGUN);
        return answers.receiveMessage(LIMIT).getValue();
    }

    private List<ReplayStatus> all() {
        TestProbe<ReplayActor.Replays> asker = kit.createTestProbe();
        replays.tell(new ReplayActor.GetReplays("orders", asker.ref()));
        return asker.receiveMessage(LIMIT).replays();
    }

    private @Nullable ReplayStatus last() {
        List<ReplayStatus> all = all();
        return all.isEmpty() ? null : all.get(0);
    }

    private String refusal() {
        return String.valueOf(answers.receiveMessage(LIMIT).getError().getMessage());
    }

    @Test
    void publishesOnceItsBeginningIsWrittenDownAndWritesDownItsEnd() {
        ask(ALL);
        CoordinatorActor.NoteReplay note = coordinator.expectMessageClass(CoordinatorActor.NoteReplay.class, LIMIT);
        assertThat(note.note().by()).isEqualTo("ann");
        assertThat(note.note().what()).isEqualTo("from 2026-11-22T10:00:00Z");
        assertThat(publisher.sentRows()).isZero();
        note.replyTo().tell(StatusReply.ack());
        ReplayStatus begun = answers.receiveMessage(LIMIT).getValue();
        assertThat(begun.state()).isEqualTo(State.RUNNING);
        assertThat(begun.id()).isEqualTo(note.note().replay());
        ReplayNote end = noted(Step.DONE);
        assertThat(end.what()).isEqualTo("30 events published");
        assertThat(publisher.sent())
                .extracting(OutboxRow::id)
                .startsWith("e0", "e1")
                .hasSize(ROWS);
        assertThat(publisher.isClosed()).isTrue();
        assertThat(last()).matches(status -> status.state() == State.DONE && status.share() == 1);
    }

    @Test
    void refusesASecondOneWhileItRunsAndDoesItAfterwards() {
        publisher.holdAcks();
        ReplayStatus first = begun(ALL);
        ask(ALL);
        assertThat(refusal()).contains("replay " + first.id() + " of outbox orders is not over yet");
        publisher.releaseAcks();
        noted(Step.DONE);
        beginOnceTheOneBeforeIsGone();
        noted(Step.DONE);
        assertThat(all()).hasSize(2);
    }

    private void beginOnceTheOneBeforeIsGone() {
        await().atMost(LIMIT).until(() -> {
            ask(ALL);
            return coordinatorIsAsked();
        });
    }

    private boolean coordinatorIsAsked() {
        try {
            coordinator
                    .expectMessageClass(CoordinatorActor.NoteReplay.class, Duration.ofMillis(200))
                    .replyTo()
                    .tell(StatusReply.ack());
            return true;
        } catch (AssertionError notYet) {
            return false;
        }
    }

    @Test
    void refusesATimeFromWhichEventsWereRemovedAndSaysWhichIsLeft() {
        kept.retained = new Retained(new Place(0), NOW, false);
        ask(new Wanted(NOW.minusSeconds(1), null, null, null, List.of(), "", 0));
        assertThat(refusal()).contains("earliest time available: 2026-11-22T10:00:00Z");
        beginOnceTheOneBeforeIsGone();
        noted(Step.DONE);
        assertThat(last().since()).isEqualTo(NOW);
    }

    @Test
    void goesOnWhereItGotToAfterAFailureThatPasses() {
        publisher.failNext(5, new RelayException(Fault.TRANSIENT, "Kafka is away"));
        begun(ALL);
        ReplayNote end = noted(Step.DONE);
        assertThat(end.what()).isEqualTo("30 events published");
        assertThat(publisher.sentRows()).isEqualTo(ROWS + 5);
    }

    @Test
    void endsWithWhatAPersonHasToChange() {
        publisher.refuse("12", new RelayException(Fault.MISCONFIGURED, "topic t does not exist"));
        begun(ALL);
        assertThat(noted(Step.FAILED).what()).isEqualTo("10 events published; topic t does not exist");
        assertThat(last().error()).isEqualTo("topic t does not exist");
    }

    @Test
    void saysWhatItLeftOutAndWhatItDidNotFind() {
        publisher.refuse("12", new RelayException(Fault.POISON, "too large"));
        begun(new Wanted(null, null, null, null, List.of("e3", "e12", "gone"), "", 0));
        assertThat(noted(Step.DONE).what()).isEqualTo("1 events published, 1 left out that cannot be, 1 not found");
        assertThat(last().missing()).containsExactly("gone");
        assertThat(last().leftEvents()).containsExactly("e12: too large");
    }

    @Test
    void stopsWhenAPersonWantsThatAndSaysWho() {
        publisher.holdAcks();
        begun(ALL);
        await().atMost(LIMIT).until(() -> publisher.sentRows() > 0);
        replays.tell(new ReplayActor.Stop("orders", "bob", "enough", answers.ref()));
        assertThat(answers.receiveMessage(LIMIT).isSuccess()).isTrue();
        ReplayNote end = noted(Step.STOPPED);
        assertThat(end.by()).isEqualTo("bob");
        assertThat(end.reason()).isEqualTo("enough");
        assertThat(last().state()).isEqualTo(State.STOPPED);
        replays.tell(new ReplayActor.Stop("orders", "bob", "", answers.ref()));
        assertThat(refusal()).contains("no replay of outbox orders runs");
    }

    @Test
    void writesDownItsEndAgainUntilThatIsConfirmed() {
        begun(ALL);
        CoordinatorActor.NoteReplay note = coordinator.expectMessageClass(CoordinatorActor.NoteReplay.class, LIMIT);
        note.replyTo().tell(StatusReply.error(CoordinatorActor.UNAVAILABLE + "planned"));
        assertThat(noted(Step.DONE)).isEqualTo(note.note());
    }

    @Test
    void doesNotBeginWhereThatCannotBeWrittenDown() {
        ask(ALL);
        coordinator
                .expectMessageClass(CoordinatorActor.NoteReplay.class, LIMIT)
                .replyTo()
                .tell(StatusReply.error(CoordinatorActor.UNAVAILABLE + "planned"));
        assertThat(refusal()).isEqualTo(CoordinatorActor.UNAVAILABLE + "planned");
        assertThat(publisher.sentRows()).isZero();
        assertThat(all()).isEmpty();
    }

    @Test
    void writesDownThatTheReplayOfANodeThatIsGoneEnded() {
        spawn();
        history(List.of(new Deed("replay", "orders", List.of(), List.of(), "ann", "", "r1: key k", NOW)));
        ReplayNote end = noted(Step.STOPPED);
        assertThat(end.replay()).isEqualTo("r1");
        assertThat(end.what()).contains("its node ended");
    }

    @Test
    void writesDownHowFarItCameBeforeItsNodeEnds() {
        publisher.holdAcks();
        begun(ALL);
        await().atMost(LIMIT).until(() -> publisher.sentRows() > 0);
        CompletionStage<?> ended = CoordinatedShutdown.get(kit.system()).runAll(CoordinatedShutdown.unknownReason());
        ReplayNote end = noted(Step.STOPPED);
        assertThat(end.by()).isEqualTo("outbox-relay");
        assertThat(end.reason()).isEqualTo("its node ends");
        Waits.get(ended, LIMIT);
    }
}
