package io.outboxrelay.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Claim;
import io.outboxrelay.testkit.InMemoryOutboxStore.Operation;
import io.outboxrelay.testkit.Verdict;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;

class ShardStreamGraphTest extends GraphScene {
    private final RelayException planned = new RelayException(Fault.TRANSIENT, "planned");

    @Test
    void rowsArePublishedInOrderAndSettled() {
        append(95);
        ShardStream stream = start();
        append(5);
        eventually(() -> store.settledRows() == 100);
        assertThat(verdict()).isEqualTo(new Verdict(0, 0, 0, 0, List.of()));
        assertThat(meter.publishedRows()).isEqualTo(100);
        assertThat(meter.inFlightRows()).isZero();
        drain(stream);
    }

    @Test
    void drainingPublishesAndSettlesWhatWasReadAndThenCompletes() {
        append(1_000);
        publisher.holdAcks();
        ShardStream stream = start();
        eventually(() -> publisher.sentRows() == CHUNKS_IN_FLIGHT * CHUNK);
        stream.drain();
        assertThat(stream.completion().toCompletableFuture()).isNotDone();
        publisher.releaseAcks();
        drain(stream);
        assertThat(store.settledRows()).isEqualTo(publisher.sentRows()).isLessThan(1_000);
        assertThat(meter.inFlightRows()).isZero();
    }

    @Test
    void drainingCompletesWhereNothingIsCommitted() {
        drain(start());
        assertThat(publisher.sentRows()).isZero();
    }

    @Test
    void drainingWaitsUntilTheLastRowIsSettled() {
        append(CHUNK);
        store.holdSettles();
        ShardStream stream = start();
        eventually(() -> publisher.acknowledgedRows() == CHUNK);
        stream.drain();
        assertThat(stream.completion().toCompletableFuture()).isNotDone();
        store.releaseSettles();
        drain(stream);
        assertThat(store.settledRows()).isEqualTo(CHUNK);
    }

    @Test
    void nothingIsSettledBeforeItsAcknowledgement() {
        append(3 * CHUNK);
        publisher.holdAcks();
        ShardStream stream = start();
        eventually(() -> publisher.sentRows() == 3 * CHUNK);
        holds(() -> store.settledRows() == 0 && meter.publishedRows() == 0);
        assertThat(meter.inFlightRows()).isEqualTo(3 * CHUNK);
        publisher.releaseAcks();
        eventually(() -> store.settledRows() == 3 * CHUNK);
        drain(stream);
    }

    @Test
    void readingStopsWhileAcknowledgementsAreMissing() {
        append(2_000);
        publisher.holdAcks();
        ShardStream stream = start();
        eventually(() -> publisher.sentRows() == CHUNKS_IN_FLIGHT * CHUNK);
        holds(() -> publisher.sentRows() == CHUNKS_IN_FLIGHT * CHUNK
                && meter.inFlightRows() <= (CHUNKS_IN_FLIGHT + 1) * CHUNK);
        publisher.releaseAcks();
        eventually(() -> store.settledRows() == 2_000);
        drain(stream);
    }

    @Test
    void publishingPausesWhileNothingCanBeSettled() {
        append(2_000);
        store.holdSettles();
        ShardStream stream = start();
        eventually(() -> publisher.sentRows() == MAX_IN_FLIGHT);
        holds(() -> publisher.sentRows() == MAX_IN_FLIGHT && meter.inFlightRows() == MAX_IN_FLIGHT);
        store.releaseSettles();
        eventually(() -> store.settledRows() == 2_000);
        drain(stream);
    }

    @Test
    void aPublisherFailureStopsTheStreamAndSettlesOnlyWhatWasAcknowledged() {
        append(2 * CHUNK);
        ShardStream stream = start();
        eventually(() -> store.settledRows() == 2 * CHUNK);
        publisher.failNext(3, planned);
        append(2 * CHUNK);
        assertThat(failureOf(stream)).isSameAs(planned);
        assertThat(store.settledRows()).isEqualTo(2 * CHUNK);

        ShardStream next = start();
        eventually(() -> store.settledRows() == 4 * CHUNK);
        drain(next);
        assertThat(verdict().isAtLeastOnce()).as("%s", verdict()).isTrue();
        assertThat(verdict().duplicates()).isBetween(3L, (long) CHUNK);
    }

    @Test
    void aFailedReadStopsTheStreamAndNothingIsLost() {
        append(CHUNK);
        ShardStream stream = start();
        eventually(() -> store.settledRows() == CHUNK);
        store.failNext(Operation.READ, planned);
        assertThat(failureOf(stream)).isSameAs(planned);
        append(CHUNK);
        ShardStream next = start();
        eventually(() -> store.settledRows() == 2 * CHUNK);
        drain(next);
        assertThat(verdict().isExactlyOnce()).as("%s", verdict()).isTrue();
    }

    @Test
    void aFailedSettleStopsTheStreamAndItsRowsAreRepeated() {
        append(CHUNK);
        store.failNext(Operation.SETTLE, planned);
        assertThat(failureOf(start())).isSameAs(planned);
        assertThat(store.settledRows()).isZero();
        ShardStream next = start();
        eventually(() -> store.settledRows() == CHUNK);
        drain(next);
        assertThat(verdict())
                .extracting(Verdict::isAtLeastOnce, Verdict::duplicates)
                .containsExactly(true, 10L);
    }

    @Test
    void aZombieIsFencedAtItsFirstSettle() {
        Claim old = claim();
        ShardStream zombie = start(old);
        ShardStream owner = start();
        append(CHUNK);
        assertThat(failureOf(zombie).fault()).isEqualTo(Fault.FENCED);
        eventually(() -> store.settledRows() == CHUNK);
        drain(owner);
        assertThat(verdict().isAtLeastOnce()).as("%s", verdict()).isTrue();
    }

    @Test
    void abortingStopsAtOnceAndTheNextOwnerRepeatsWhatWasNotSettled() {
        append(3 * CHUNK);
        publisher.holdAcks();
        ShardStream stream = start();
        eventually(() -> publisher.sentRows() == 3 * CHUNK);
        stream.abort(planned);
        assertThat(failureOf(stream)).isSameAs(planned);
        publisher.releaseAcks();
        assertThat(store.settledRows()).isZero();
        ShardStream next = start();
        eventually(() -> store.settledRows() == 3 * CHUNK);
        drain(next);
        assertThat(verdict().duplicates()).isEqualTo(3 * CHUNK);
        assertThat(verdict().isAtLeastOnce()).as("%s", verdict()).isTrue();
    }

    private static void holds(Callable<Boolean> condition) {
        await().during(Duration.ofMillis(300)).atMost(LIMIT).until(condition);
    }
}
