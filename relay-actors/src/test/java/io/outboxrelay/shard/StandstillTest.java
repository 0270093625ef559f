package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Backlog;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StandstillTest {
    private static final Duration LIMIT = Duration.ofSeconds(10);
    private static final Backlog NOTHING = new Backlog(0, false, Duration.ZERO);
    private static final Backlog OLD = new Backlog(7, false, Duration.ofSeconds(30));
    private static final Backlog NEW = new Backlog(7, false, Duration.ofSeconds(2));

    /** A shard that got on last so many seconds ago, unless a test says otherwise: in the phase for 100 s. */
    private static final class Scene {
        private final Phase phase;
        private final long made;
        private long moved;
        private long since = 100;
        private int failures;
        private @Nullable String failure;
        private @Nullable Backlog backlog = OLD;
        private long inFlight;
        private long unanswered;
        private Set<String> underWay = Set.of();
        private Set<String> held = Set.of();

        private Scene(Phase phase, long made) {
            this.phase = phase;
            this.made = made;
            this.moved = made;
        }

        private Standstill standstill() {
            long now = Duration.ofHours(1).toNanos();
            Progress progress = new Progress(now - nanos(made), now - nanos(moved), 0, 0, 0);
            return new Standstill(
                    now,
                    phase,
                    now - nanos(since),
                    progress,
                    "paused by ann",
                    failures,
                    failure,
                    backlog,
                    inFlight,
                    unanswered,
                    underWay,
                    held);
        }

        private @Nullable String reason() {
            return standstill().reason(LIMIT);
        }

        private boolean isOfThisNode() {
            return standstill().isOfThisNode();
        }

        private static long nanos(long seconds) {
            return Duration.ofSeconds(seconds).toNanos();
        }
    }

    private static Scene inFlight(long seconds) {
        Scene scene = new Scene(Phase.RELAYING, seconds);
        scene.inFlight = 12;
        scene.unanswered = 12;
        return scene;
    }

    @Test
    void kafkaThatDoesNotAcknowledgeIsNamedWithTopicAndTime() {
        assertThat(inFlight(9).reason()).isNull();
        Scene scene = inFlight(14);
        assertThat(scene.reason()).isEqualTo("Kafka has not acknowledged 12 rows for 14 s");
        scene.underWay = Set.of("d", "a", "c", "b");
        assertThat(scene.reason())
                .isEqualTo("Kafka has not acknowledged 12 rows for topic a, b, c and 1 more for 14 s");
        scene.failure = "no broker";
        assertThat(scene.reason()).endsWith("; before, it failed: no broker");
    }

    @Test
    void aDatabaseThatTakesNoAcknowledgementIsNotKafkasFault() {
        Scene scene = inFlight(14);
        scene.unanswered = 0;
        assertThat(scene.reason()).isEqualTo("the database has not taken the acknowledgement of 12 rows for 14 s");
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsNamedWhereNothingMoves() {
        Scene scene = new Scene(Phase.RELAYING, 0);
        scene.backlog = null;
        scene.moved = 9;
        assertThat(scene.reason()).isNull();
        scene.moved = 10;
        assertThat(scene.reason()).isEqualTo("the database does not answer");
    }

    @Test
    void topicsThatHoldRowsBackAreNamedEvenIfNothingElseWaits() {
        Scene scene = new Scene(Phase.RELAYING, 14);
        scene.backlog = NOTHING;
        assertThat(scene.reason()).isNull();
        scene.held = Set.of("topic b does not exist", "not authorised to write to topic a");
        assertThat(scene.reason())
                .isEqualTo("not authorised to write to topic a; topic b does not exist; rows that go there are put"
                        + " aside until that changes");
        Scene gettingOn = new Scene(Phase.RELAYING, 3);
        gettingOn.held = scene.held;
        assertThat(gettingOn.reason()).isNull();
    }

    @Test
    void rowsThatTheReaderDoesNotGetAreToldOnlyOnceTheyAreOldAndNothingMoved() {
        Scene scene = new Scene(Phase.RELAYING, 0);
        scene.moved = 14;
        assertThat(scene.reason()).isEqualTo("the database does not hand out the 7 rows that wait");
        scene.backlog = NEW;
        assertThat(scene.reason()).isNull();
        scene.backlog = OLD;
        scene.moved = 3;
        assertThat(scene.reason()).isNull();
    }

    @Test
    void failuresInARowAreToldWithTheLastOfThem() {
        Scene scene = new Scene(Phase.RETRYING, 14);
        scene.since = 1;
        scene.failures = 7;
        scene.failure = "no broker";
        assertThat(scene.reason()).isEqualTo("tries again, after 7 failures in a row: no broker");
        scene.backlog = null;
        assertThat(scene.reason()).isNotNull();
        scene.backlog = NOTHING;
        assertThat(scene.reason()).isNull();
        Scene halted = new Scene(Phase.HALTED, 14);
        halted.failures = 1;
        halted.failure = "no such table";
        assertThat(halted.reason()).isEqualTo("halted until its cause is ended, after a failure: no such table");
    }

    @Test
    void aClaimIsToldOnceItTakesLongItselfOrComesAfterFailures() {
        Scene scene = new Scene(Phase.CLAIMING, 50);
        scene.since = 3;
        assertThat(scene.reason()).isNull();
        scene.since = 12;
        assertThat(scene.reason()).startsWith("taking it over has been under way for 12 s");
        scene.since = 3;
        scene.failure = "no database";
        assertThat(scene.reason()).contains("no database");
    }

    @Test
    void whoPausedItIsToldOnlyWhileRowsWait() {
        Scene scene = new Scene(Phase.PAUSED, 50);
        assertThat(scene.reason()).isEqualTo("paused by ann");
        scene.since = 3;
        assertThat(scene.reason()).isNull();
        scene.since = 50;
        scene.backlog = NOTHING;
        assertThat(scene.reason()).isNull();
        scene.backlog = null;
        assertThat(scene.reason()).isNull();
    }

    @Test
    void aShardThatNobodyWokeSaysSo() {
        Scene scene = new Scene(Phase.WAITING, 14);
        scene.backlog = null;
        assertThat(scene.reason()).contains("coordinator has not said");
    }

    @Test
    void theNodeAnswersForWhatFailsHereAndNotForAPersonsWishOrATopic() {
        assertThat(inFlight(14).isOfThisNode()).isTrue();
        assertThat(new Scene(Phase.RETRYING, 14).isOfThisNode()).isTrue();
        assertThat(new Scene(Phase.HALTED, 14).isOfThisNode()).isTrue();
        assertThat(new Scene(Phase.CLAIMING, 14).isOfThisNode()).isTrue();
        assertThat(new Scene(Phase.PAUSED, 14).isOfThisNode()).isFalse();
        assertThat(new Scene(Phase.WAITING, 14).isOfThisNode()).isFalse();
        Scene denied = new Scene(Phase.RELAYING, 14);
        denied.held = Set.of("not authorised to write to topic a");
        assertThat(denied.isOfThisNode()).isFalse();
        denied.inFlight = 1;
        assertThat(denied.isOfThisNode()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Phase.class)
    void nothingIsStuckBeforeTheTimeIsOverOrWhereNothingWaits(Phase phase) {
        Scene early = new Scene(phase, 9);
        early.since = 9;
        early.failure = "no broker";
        assertThat(early.reason()).isNull();
        Scene idle = new Scene(phase, 50);
        idle.backlog = NOTHING;
        assertThat(idle.reason()).isNull();
    }
}
