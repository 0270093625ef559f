package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RetrySettings;
import java.time.Duration;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** A shard says by itself that it does not get on, and why; `stuck-after` is 10 s here. */
class ShardStuckTest {
    private static final ActorTestKit KIT = ShardRig.newKit("ShardStuckTest");
    private static final Duration LONG = Duration.ofSeconds(20);

    @AfterAll
    static void stopKit() {
        KIT.shutdownTestKit();
    }

    @Test
    void kafkaThatDoesNotAcknowledgeIsToldUntilItDoes() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.publisher.holdAcks();
        rig.table.append("a", "1");
        assertThat(rig.shows(seen -> seen.rowsInFlight() == 1).stuck()).isFalse();
        assertThat(rig.later(LONG).shows(ShardStatus::stuck).reason()).startsWith("Kafka has not acknowledged 1 rows");
        rig.publisher.releaseAcks();
        assertThat(rig.shows(seen -> !seen.stuck()).reason()).isNull();
    }

    @Test
    void anIdleShardIsNeverStuckHoweverMuchTimePasses() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        assertThat(rig.later(LONG).status().stuck()).isFalse();
        assertThat(rig.later(LONG).status().parkedRows()).isZero();
    }

    @Test
    void aTopicThatIsMissingIsNamedAndWhatWasPutAsideForItIsCounted() {
        ShardRig rig = new ShardRig(KIT);
        rig.publisher.refuse("1", new RelayException(Fault.MISCONFIGURED, "topic outbox.event.order does not exist"));
        rig.table.append("a", "1");
        rig.run();
        ShardStatus held = rig.shows(seen -> seen.parkedRows() == 1);
        assertThat(held.stuck()).isFalse();
        assertThat(held.blockedAggregates()).isZero();
        assertThat(rig.later(LONG).shows(ShardStatus::stuck).reason())
                .startsWith("topic outbox.event.order does not exist; rows that go there are put aside");
    }

    @Test
    void whatAPersonHasToDecideIsCountedAndIsNotStuck() {
        ShardRig rig = new ShardRig(KIT);
        rig.publisher.refuse("1", new RelayException(Fault.POISON, "too large"));
        rig.table.append("a", "1");
        rig.table.append("a", "2");
        rig.run();
        ShardStatus parked = rig.shows(seen -> seen.parkedRows() == 2);
        assertThat(parked.blockedAggregates()).isEqualTo(1);
        assertThat(rig.later(LONG).status().stuck()).isFalse();
    }

    @Test
    void whoPausedItIsToldWhileRowsWait() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.pause().reaches(Phase.PAUSED);
        assertThat(rig.later(LONG).status().stuck()).isFalse();
        rig.table.append("a", "1");
        assertThat(rig.shows(ShardStatus::stuck).reason()).isEqualTo("paused by ann");
        rig.run();
        await().atMost(ShardRig.LIMIT).until(() -> rig.table.settledRows() == 1);
        assertThat(rig.status().stuck()).isFalse();
    }

    @Test
    void failuresAreToldWhileItWaitsForTheNextAttempt() {
        OutboxSettings patient = TestSettings.outbox("orders", new RetrySettings(LONG, LONG), ShardRig.LIMIT);
        ShardRig rig = new ShardRig(KIT, patient);
        rig.publisher.failNext(new RelayException(Fault.TRANSIENT, "no broker"));
        rig.table.append("a", "1");
        rig.run();
        assertThat(rig.reaches(Phase.RETRYING).stuck()).isFalse();
        assertThat(rig.later(LONG).status().reason()).isEqualTo("tries again, after a failure: no broker");
        rig.drain().stops();
    }

    @Test
    void aDatabaseThatDoesNotSayIsTold() {
        ShardRig rig = new ShardRig(KIT).run();
        rig.reaches(Phase.RELAYING);
        rig.store.holdBacklogs();
        ShardStatus status = rig.later(LONG).status();
        assertThat(status.rowsWaiting()).isEqualTo(-1);
        assertThat(status.reason()).isEqualTo("the database does not answer");
    }
}
