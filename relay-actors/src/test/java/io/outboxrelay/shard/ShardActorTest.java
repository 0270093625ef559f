package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RetrySettings;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.testkit.InMemoryOutboxStore.Operation;
import io.outboxrelay.testkit.TestEvent;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

class ShardActorTest {
    private static final ActorTestKit KIT = ShardRig.newKit("ShardActorTest");
    private static final Duration LONG = Duration.ofMinutes(1);

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @Test
    void claimsNothingBeforeItIsToldTo() {
        ShardRig rig = new ShardRig(KIT);
        assertThat(rig.status().phase()).isEqualTo(Phase.WAITING);
        assertThat(rig.status().rowsWaiting()).isEqualTo(-1);
        assertThat(rig.table.epoch(0)).isZero();
    }

    @Test
    void relaysOnceWokenAndReportsIt() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.table.append("a", "1");
        ShardStatus status = rig.shows(seen -> seen.publishedRows() == 1 && seen.rowsWaiting() == 0);
        assertThat(status.node()).isEqualTo("here:1");
        assertThat(status.epoch()).isEqualTo(1);
        assertThat(status.position()).isNotNull();
        assertThat(status.lastError()).isNull();
        rig.shows(seen -> seen.rowsInFlight() == 0 && seen.ratePerSecond() >= 0);
    }

    @Test
    void settlesBeforeItReleasesAndReleasesBeforeItStops() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.publisher.holdAcks();
        rig.table.append("a", "1");
        await().atMost(ShardRig.LIMIT).until(() -> rig.publisher.sentRows() == 1);
        CompletableFuture<Done> release = rig.store.holdReleases();

        rig.drain();
        assertThat(rig.reaches(Phase.DRAINING).rowsInFlight()).isEqualTo(1);
        assertThat(rig.drained).isEmpty();
        rig.publisher.releaseAcks();
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 1);
        assertThat(rig.status().phase()).isEqualTo(Phase.DRAINING);
        release.complete(Done.getInstance());

        rig.stops();
        assertThat(rig.store.calls()).containsExactly("claim", "settle", "release", "conclude");
        assertThat(rig.drained).containsExactly(rig.shard);
    }

    /** Whoever comes next would not shut anybody out, while rows of this claim may still be on their way. */
    @Test
    void doesNotCallAClaimConcludedWhoseStreamHasFailed() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.publisher.failNext(new RelayException(Fault.TRANSIENT, "planned"));
        rig.table.append("a", "1");
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 1);
        assertThat(rig.store.calls()).containsExactly("claim", "release", "claim", "settle");
    }

    @Test
    void startsOverWithWhatWasPutAsideWhenToldTo() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.publisher.refuse("a1", new RelayException(Fault.POISON, "too large"));
        rig.table.append("a", "a1");
        rig.table.append("a", "a2");
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.parked().size() == 2);
        rig.publisher.refuse("a1", null);
        String event = rig.table.parked().get(0).row().id();
        rig.table
                .decide(OutboxAdmin.Decision.RELEASE, List.of(event))
                .toCompletableFuture()
                .join();
        rig.actor.tell(ShardActor.Order.TRY_AGAIN);
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.parked().isEmpty());
        assertThat(rig.publisher.sentEvents()).extracting(TestEvent::text).containsExactly("a1", "a2");
    }

    @Test
    void startsAnewInPlaceUnderANewClaimAfterWhatIsInFlight() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.publisher.holdAcks();
        rig.table.append("a", "1");
        await().atMost(ShardRig.LIMIT).until(() -> rig.publisher.sentRows() == 1);
        assertThat(restarted(rig)).isEqualTo(new ShardActor.Restarting(Phase.RELAYING, 1));
        assertThat(restarted(rig)).as("asked twice").isEqualTo(new ShardActor.Restarting(Phase.DRAINING, 1));
        rig.publisher.releaseAcks();
        rig.table.append("a", "2");
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 2);
        assertThat(rig.shows(seen -> seen.phase() == Phase.RELAYING).epoch()).isEqualTo(2);
        assertThat(rig.publisher.sentEvents()).extracting(TestEvent::text).containsExactly("1", "2");
        assertThat(rig.store.calls()).containsExactly("claim", "settle", "release", "conclude", "claim", "settle");
        assertThat(rig.drained).isEmpty();
    }

    @Test
    void startsAnewAtOnceWhereAFailureIsWaitedOut() {
        ShardRig rig = new ShardRig(KIT, TestSettings.outbox("orders", new RetrySettings(LONG, LONG), ShardRig.LIMIT));
        rig.table.failNext(Operation.CLAIM, new RelayException(Fault.MISCONFIGURED, "planned"));
        rig.run().reaches(Phase.HALTED);
        assertThat(restarted(rig).phase()).isEqualTo(Phase.HALTED);
        ShardStatus status = rig.reaches(Phase.RELAYING);
        assertThat(status.attempt()).isZero();
        assertThat(status.lastError()).isNull();
    }

    @Test
    void doesNotStartWhatRests() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.pause().reaches(Phase.PAUSED);
        assertThat(restarted(rig)).isEqualTo(new ShardActor.Restarting(Phase.PAUSED, 1));
        assertThat(rig.status().phase()).isEqualTo(Phase.PAUSED);
    }

    private static ShardActor.Restarting restarted(ShardRig rig) {
        TestProbe<ShardActor.Restarting> operator = KIT.createTestProbe();
        rig.actor.tell(new ShardActor.Restart(operator.ref()));
        return operator.receiveMessage(ShardRig.LIMIT);
    }

    @Test
    void drainsToPauseAndClaimsAnewToResume() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.pause();
        rig.reaches(Phase.PAUSED);
        rig.table.append("a", "1");
        assertThat(rig.shows(seen -> seen.rowsWaiting() == 1).phase()).isEqualTo(Phase.PAUSED);
        assertThat(rig.publisher.sentRows()).isZero();
        rig.run();
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 1);
        assertThat(rig.status().epoch()).isEqualTo(2);
    }

    @Test
    void aShardPausedFromTheStartFencesItsFormerOwnerAndShowsItsBacklog() {
        ShardRig rig = new ShardRig(KIT);
        rig.table.append("a", "1");
        rig.pause();
        assertThat(rig.reaches(Phase.PAUSED).rowsWaiting()).isEqualTo(1);
        assertThat(rig.table.epoch(0)).isEqualTo(1);
        assertThat(rig.publisher.sentRows()).isZero();
    }

    @Test
    void aPauseTakenBackWhileDrainingRelaysAgain() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        CompletableFuture<Done> release = rig.store.holdReleases();
        rig.pause();
        rig.reaches(Phase.DRAINING);
        rig.run();
        release.complete(Done.getInstance());
        assertThat(rig.reaches(Phase.RELAYING).epoch()).isEqualTo(2);
    }

    @Test
    void stopsWhenFencedAndTellsNobodyToWakeItAtOnce() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.table.claim(rig.shard).toCompletableFuture().join();
        rig.table.append("a", "1");
        rig.stops();
        assertThat(rig.drained).isEmpty();
        assertThat(rig.table.settledRows()).isZero();
    }

    @Test
    void saysSoWhenANodeOfAnotherClusterHasTakenItAndDoesNotTakeItBackAtOnce() {
        OutboxSettings patient = TestSettings.outbox("orders", new RetrySettings(LONG, LONG), ShardRig.LIMIT);
        ShardRig rig = new ShardRig(KIT, patient).run();
        rig.reaches(Phase.RELAYING);
        rig.publisher.failNext(RelayException.fencedBy(ShardRig.STRANGER, "shard orders/0 was claimed"));
        rig.table.append("a", "1");
        ShardStatus halted = rig.reaches(Phase.HALTED);
        assertThat(halted.lastError()).contains("two owners", ShardRig.STRANGER);
        await().atMost(ShardRig.LIMIT).until(() -> rig.store.calls().contains("release"));
        assertThat(rig.store.calls()).containsOnlyOnce("claim");
        rig.actor.tell(ShardActor.Order.TRY_AGAIN);
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 1);
    }

    @Test
    void asksTheDatabaseWhoHasTakenItWhereKafkaOnlySaysThatSomebodyDid() {
        OutboxSettings patient = TestSettings.outbox("orders", new RetrySettings(LONG, LONG), ShardRig.LIMIT);
        ShardRig rig = new ShardRig(KIT, patient).run();
        rig.reaches(Phase.RELAYING);
        rig.store.takenBy(ShardRig.STRANGER);
        rig.publisher.failNext(new RelayException(Fault.FENCED, "the lane was shut out"));
        rig.table.append("a", "1");
        assertThat(rig.reaches(Phase.HALTED).lastError()).contains("two owners", ShardRig.STRANGER);
    }

    @Test
    void triesAgainAfterATransientFailureUntilRowsFlow() {
        ShardRig rig = new ShardRig(KIT);
        rig.table.failNext(Operation.CLAIM, new RelayException(Fault.TRANSIENT, "no database"));
        rig.publisher.failNext(new RelayException(Fault.TRANSIENT, "no broker"));
        rig.table.append("a", "1");
        rig.run();
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 1);
        ShardStatus recovered = rig.shows(seen -> seen.attempt() == 0 && seen.phase() == Phase.RELAYING);
        assertThat(recovered.lastError()).isNull();
    }

    @Test
    void saysWhyItRetriesAndHowOften() {
        OutboxSettings patient = TestSettings.outbox("orders", new RetrySettings(LONG, LONG), ShardRig.LIMIT);
        ShardRig rig = new ShardRig(KIT, patient);
        rig.publisher.failNext(new RelayException(Fault.TRANSIENT, "no broker"));
        rig.table.append("a", "1");
        rig.run();
        ShardStatus status = rig.reaches(Phase.RETRYING);
        assertThat(status.lastError()).isEqualTo("no broker");
        assertThat(status.lastErrorFault()).isEqualTo(Fault.TRANSIENT);
        assertThat(status.attempt()).isEqualTo(1);
        assertThat(status.rowsWaiting()).isEqualTo(1);
        await().atMost(ShardRig.LIMIT).until(() -> rig.store.calls().contains("release"));
        rig.drain().stops();
    }

    @Test
    void haltsWhereOnlyAPersonCanHelpAndTriesAtTheSlowestPace() {
        OutboxSettings settings =
                TestSettings.outbox("orders", new RetrySettings(Duration.ofMillis(1), LONG), ShardRig.LIMIT);
        ShardRig rig = new ShardRig(KIT, settings);
        rig.table.failNext(Operation.CLAIM, new RelayException(Fault.MISCONFIGURED, "no such table"));
        rig.run();
        assertThat(rig.reaches(Phase.HALTED).lastErrorFault()).isEqualTo(Fault.MISCONFIGURED);
        rig.pause();
        rig.reaches(Phase.PAUSED);
        rig.run();
        rig.reaches(Phase.RELAYING);
    }

    @Test
    void stopsWithinItsLimitWhileThePublisherHangs() {
        ShardRig rig = new ShardRig(KIT, shortDrain());
        rig.run().reaches(Phase.RELAYING);
        rig.publisher.holdAcks();
        rig.table.append("a", "1");
        await().atMost(ShardRig.LIMIT).until(() -> rig.publisher.sentRows() == 1);
        rig.drain().stops();
        await().atMost(ShardRig.LIMIT).until(() -> rig.store.calls().contains("release"));
        assertThat(rig.table.settledRows()).isZero();
    }

    @Test
    void pausesWithinItsLimitWhileThePublisherHangs() {
        ShardRig rig = new ShardRig(KIT, shortDrain());
        rig.run().reaches(Phase.RELAYING);
        rig.publisher.holdAcks();
        rig.table.append("a", "1");
        await().atMost(ShardRig.LIMIT).until(() -> rig.publisher.sentRows() == 1);
        rig.pause();
        assertThat(rig.reaches(Phase.PAUSED).lastError()).contains("did not drain", "1 rows may be repeated");
        rig.publisher.releaseAcks();
        rig.run();
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 1);
    }

    @Test
    void stopsWithinItsLimitWhileTheStoreHangs() {
        ShardRig claiming = new ShardRig(KIT, shortDrain());
        CompletableFuture<Done> claim = claiming.store.holdClaims();
        claiming.run().reaches(Phase.CLAIMING);
        claiming.drain().stops();
        claim.complete(Done.getInstance());
        await().atMost(ShardRig.LIMIT)
                .untilAsserted(() -> assertThat(claiming.store.calls()).containsExactly("claim", "release"));

        ShardRig releasing = new ShardRig(KIT, shortDrain());
        releasing.run().reaches(Phase.RELAYING);
        releasing.store.holdReleases();
        releasing.drain().stops();
    }

    @Test
    void answersWhileTheBacklogCannotBeLearned() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.store.holdBacklogs();
        assertThat(rig.status().rowsWaiting()).isEqualTo(-1);
        assertThat(rig.status().oldestWaitingSeconds()).isEqualTo(-1);
    }

    @Test
    void givesTheClaimBackWhenItIsStoppedFromOutside() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        KIT.stop(rig.actor, ShardRig.LIMIT);
        await().atMost(ShardRig.LIMIT).until(() -> rig.store.calls().contains("release"));
    }

    private static OutboxSettings shortDrain() {
        return TestSettings.outbox(
                "orders", new RetrySettings(Duration.ofMillis(10), Duration.ofMillis(50)), Duration.ofMillis(300));
    }
}
