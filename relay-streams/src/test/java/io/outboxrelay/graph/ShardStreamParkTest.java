package io.outboxrelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.settings.PublisherSettings.OnPoison;
import io.outboxrelay.store.OutboxAdmin.Decision;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.testkit.TestEvent;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What becomes of rows that cannot be published, and of those behind them. */
class ShardStreamParkTest extends GraphScene {
    private final RelayException poison = new RelayException(Fault.POISON, "too large");
    private final RelayException noTopic = new RelayException(Fault.MISCONFIGURED, "topic T does not exist");
    private final AtomicInteger triedAgain = new AtomicInteger();
    private PublisherSettings settings = TestSettings.PUBLISHER;

    @Override
    Gate gate() {
        return new Gate(settings, triedAgain::incrementAndGet);
    }

    private void policy(OnPoison onPoison, int maxParked) {
        settings = new PublisherSettings(
                PublisherSettings.Delivery.AT_LEAST_ONCE, 800, onPoison, "", maxParked, Duration.ofSeconds(1), "");
    }

    private void events(String... keysAndTexts) {
        for (String event : keysAndTexts) {
            store.append(event.substring(0, 1), event);
        }
    }

    private List<String> sent() {
        return publisher.sentEvents().stream().map(TestEvent::text).toList();
    }

    private String idOf(String text) {
        return store.committedRows().stream()
                .filter(row -> TestEvent.of(row).text().equals(text))
                .findFirst()
                .orElseThrow()
                .id();
    }

    private void decide(Decision decision, String text) {
        assertThat(Waits.get(store.decide(decision, List.of(idOf(text))), LIMIT))
                .hasSize(1);
    }

    private void relayAll() {
        ShardStream stream = start();
        eventually(() -> store.waitingRows(0) == 0);
        drain(stream);
    }

    @Test
    void aPoisonedRowHoldsBackItsAggregateAndNobodyElse() {
        publisher.refuse("a2", poison);
        events("a1", "a2", "b1", "a3", "b2");
        relayAll();
        events("a4", "b3");
        relayAll();
        assertThat(sent()).containsExactly("a1", "b1", "b2", "b3");
        assertThat(store.parked())
                .extracting(refusal -> TestEvent.of(refusal.row()).text(), Refusal::kind)
                .containsExactly(
                        tuple("a2", Refusal.Kind.REFUSED),
                        tuple("a3", Refusal.Kind.WAITS),
                        tuple("a4", Refusal.Kind.WAITS));
    }

    @Test
    void onceReleasedTheAggregateGoesOnInItsOrder() {
        publisher.refuse("a2", poison);
        events("a1", "a2", "a3", "b1");
        relayAll();
        publisher.refuse("a2", null);
        decide(Decision.RELEASE, "a2");
        events("a4", "b2");
        relayAll();
        assertThat(sent()).containsExactly("a1", "b1", "a2", "a3", "a4", "b2");
        assertThat(store.parked()).isEmpty();
        assertThat(verdict().isExactlyOnce()).as("%s", verdict()).isTrue();
    }

    @Test
    void aReleasedRowThatIsRefusedAgainHoldsBackItsAggregateAgain() {
        publisher.refuse("a2", poison);
        events("a1", "a2", "a3");
        relayAll();
        decide(Decision.RELEASE, "a2");
        events("a4");
        relayAll();
        assertThat(sent()).containsExactly("a1");
        assertThat(store.parked()).hasSize(3);
    }

    @Test
    void onceSkippedTheAggregateGoesOnWithoutIt() {
        publisher.refuse("a2", poison);
        events("a1", "a2", "a3");
        relayAll();
        decide(Decision.SKIP, "a2");
        events("a4");
        relayAll();
        assertThat(sent()).containsExactly("a1", "a3", "a4");
        assertThat(store.parked()).isEmpty();
    }

    @Test
    void aPoisonedRowCanBePassedByItsAggregate() {
        policy(OnPoison.PARK_AND_CONTINUE, 10);
        publisher.refuse("a2", poison);
        events("a1", "a2", "a3");
        relayAll();
        events("a4");
        relayAll();
        assertThat(sent()).containsExactly("a1", "a3", "a4");
        assertThat(store.parked()).extracting(Refusal::kind).containsExactly(Refusal.Kind.PASSED);
    }

    @Test
    void aPoisonedRowCanHaltItsShard() {
        policy(OnPoison.HALT_SHARD, 10);
        events("b1");
        relayAll();
        publisher.refuse("a1", poison);
        events("a1", "b2");
        assertThat(failureOf(start())).isSameAs(poison);
        assertThat(sent()).containsExactly("b1");
        assertThat(store.parked()).isEmpty();
    }

    @Test
    void rowsForATopicThatIsMissingWaitAndGoOnInOrderWhenItIsThere() {
        Gate gate = gate();
        publisher.refuse("a2", noTopic);
        events("a1", "a2", "b1", "a3");
        ShardStream stream = ShardStream.start(store, publisher, gate, claim(), MAX_IN_FLIGHT, meter, materializer);
        eventually(() -> store.waitingRows(0) == 0);
        assertThat(sent()).containsExactly("a1", "b1");
        assertThat(triedAgain).hasValue(0);
        publisher.refuse("a2", null);
        gate.tryAgain();
        assertThat(triedAgain).hasValue(1);
        drain(stream);
        events("a4");
        relayAll();
        assertThat(sent()).containsExactly("a1", "b1", "a2", "a3", "a4");
        assertThat(verdict().isExactlyOnce()).as("%s", verdict()).isTrue();
    }

    @Test
    void aShardHaltsBeforeItPutsTooManyRowsAside() {
        policy(OnPoison.PARK_AND_BLOCK_KEY, 2);
        publisher.refuse("a1", poison);
        events("a1", "a2", "b1");
        relayAll();
        events("a3", "b2");
        RelayException failure = failureOf(start());
        assertThat(failure.fault()).isEqualTo(Fault.MISCONFIGURED);
        assertThat(failure).hasMessageContaining("3 rows").hasMessageContaining("max-parked");
        assertThat(store.parked()).hasSize(2);
        assertThat(sent()).containsExactly("b1");
    }

    @Test
    void rowsWithoutAnAggregateHoldNobodyBack() {
        publisher.refuse("first", poison);
        store.append(List.of(new TestEvent(null, "first"), new TestEvent(null, "second")));
        relayAll();
        assertThat(sent()).containsExactly("second");
    }

    @Test
    void whatWasPutAsideDoesNotCountAsPublished() {
        publisher.refuse("a1", poison);
        events("a1", "b1");
        relayAll();
        assertThat(meter.publishedRows()).isEqualTo(1);
        assertThat(meter.inFlightRows()).isZero();
    }
}
