package io.outboxrelay.graph;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.store.Retained;
import io.outboxrelay.store.SentPlace;
import io.outboxrelay.store.SentQuery;
import io.outboxrelay.store.SentRows;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ReplayStreamGraphTest extends GraphScene {
    private static final SentQuery ALL = new SentQuery(null, null, null, null, Set.of(), true);
    private final Queue<ReplayStream.Step> steps = new ConcurrentLinkedQueue<>();
    private final AtomicInteger reads = new AtomicInteger();

    private record Place(int at, int end) implements SentPlace {
        @Override
        public boolean isEnd() {
            return at >= end;
        }

        @Override
        public double share() {
            return (double) at / end;
        }
    }

    /** Chunks of ten of what the store holds. */
    private final class Kept implements SentRows {
        @Override
        public CompletionStage<Retained> retained() {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletionStage<Chunk> sent(SentQuery query, SentPlace after) {
            reads.incrementAndGet();
            Place place = (Place) after;
            int end = Math.min(place.end(), place.at() + CHUNK);
            List<OutboxRow> rows = store.committedRows().subList(place.at(), end);
            return CompletableFuture.completedFuture(
                    new Chunk(new ShardId("orders", 0), rows, new Place(end, place.end())));
        }
    }

    private ReplayStream replay(int perSecond) {
        return ReplayStream.start(
                new Kept(),
                publisher,
                new ReplayStream.Plan(
                        "orders", ALL, new Place(0, store.committedRows().size()), perSecond, TestSettings.PUBLISHER),
                steps::add,
                materializer);
    }

    private List<String> published() {
        List<String> ids = new ArrayList<>();
        steps.forEach(step -> ids.addAll(step.ids()));
        return ids;
    }

    @Test
    void sendsEverythingInOrderAndTellsOfItOnceItIsAcknowledged() {
        append(95);
        Waits.get(replay(0).completion(), LIMIT);
        assertThat(publisher.sent()).containsExactlyElementsOf(store.committedRows());
        assertThat(published())
                .containsExactlyElementsOf(
                        store.committedRows().stream().map(OutboxRow::id).toList());
        assertThat(steps).last().matches(step -> step.place().isEnd());
    }

    @Test
    void readsNoFurtherThanKafkaTakes() {
        append(1000);
        publisher.holdAcks();
        ReplayStream stream = replay(0);
        eventually(() -> publisher.sentRows() == CHUNKS_IN_FLIGHT * CHUNK);
        assertThat(reads.get()).isLessThanOrEqualTo(CHUNKS_IN_FLIGHT + 4);
        assertThat(steps).isEmpty();
        stream.drain();
        publisher.releaseAcks();
        Waits.get(stream.completion(), LIMIT);
        assertThat(published()).hasSize(publisher.sentRows());
        assertThat(publisher.sentRows()).isLessThan(200);
    }

    @Test
    void leavesOutWhatCanNeverBePublishedAndSaysWhy() {
        append(20);
        publisher.refuse("7", new RelayException(Fault.POISON, "too large"));
        Waits.get(replay(0).completion(), LIMIT);
        assertThat(publisher.sentRows()).isEqualTo(19);
        assertThat(steps.element().left())
                .singleElement()
                .matches(refusal -> refusal.reason().equals("too large"));
        assertThat(published()).hasSize(19);
    }

    /** Otherwise later events of the same aggregate would arrive without it. */
    @Test
    void endsWhereATopicIsMissing() {
        append(40);
        publisher.refuse("25", new RelayException(Fault.MISCONFIGURED, "topic t does not exist"));
        RelayException failure = Waits.failure(replay(0).completion(), LIMIT);
        assertThat(failure.fault()).isEqualTo(Fault.MISCONFIGURED);
        assertThat(failure).hasMessage("topic t does not exist");
        assertThat(published()).hasSize(20);
    }

    @Test
    void goesNoFasterThanItIsTold() {
        append(40);
        long began = System.nanoTime();
        Waits.get(replay(20).completion(), LIMIT);
        assertThat(System.nanoTime() - began).isGreaterThan(900_000_000L);
    }
}
