package io.outboxrelay.testkit;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;
import org.jspecify.annotations.Nullable;

/** Publishes into a list, in the order of sending; acknowledges at once, when released, or not at all. */
public final class RecordingPublisher implements Publisher {
    private final int chunksInFlight;
    private final List<OutboxRow> sent = new ArrayList<>();
    private final ConcurrentLinkedQueue<Failure> planned = new ConcurrentLinkedQueue<>();
    private final Barrier acks = new Barrier();
    private final AtomicLong acknowledged = new AtomicLong();
    private final Map<String, RelayException> refused = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    private record Failure(int rowsBefore, RelayException reason) {}

    /** Up to 4 chunks of a shard are sent and not acknowledged. */
    public RecordingPublisher() {
        this(4);
    }

    public RecordingPublisher(int chunksInFlight) {
        this.chunksInFlight = chunksInFlight;
    }

    @Override
    public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
        return Flow.of(Chunk.class)
                .mapAsync(
                        chunksInFlight,
                        chunk -> send(
                                gate.screen(chunk, n -> checked(chunk.rows().get(n)))));
    }

    /** Refuses these events, by their text, with POISON or MISCONFIGURED, until told otherwise with null. */
    public void refuse(String text, @Nullable RelayException reason) {
        if (reason == null) {
            refused.remove(text);
        } else {
            refused.put(text, reason);
        }
    }

    private OutboxRow checked(OutboxRow row) {
        RelayException reason = refused.get(TestEvent.of(row).text());
        if (reason != null) {
            throw reason;
        }
        return row;
    }

    @Override
    public CompletionStage<Done> close() {
        closed.set(true);
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    /** From now on nothing is acknowledged until {@link #releaseAcks}. */
    public void holdAcks() {
        acks.hold();
    }

    public void releaseAcks() {
        acks.release();
    }

    /** The next chunk fails and none of its rows arrive. */
    public void failNext(RelayException reason) {
        failNext(0, reason);
    }

    /** The next chunk fails although its first `rowsBefore` rows arrive. */
    public void failNext(int rowsBefore, RelayException reason) {
        planned.add(new Failure(rowsBefore, reason));
    }

    /** Every row that arrived, in the order of sending, repeats included. */
    public List<OutboxRow> sent() {
        synchronized (sent) {
            return List.copyOf(sent);
        }
    }

    public List<TestEvent> sentEvents() {
        return sent().stream().map(TestEvent::of).toList();
    }

    public int sentRows() {
        synchronized (sent) {
            return sent.size();
        }
    }

    /** Rows acknowledged so far, repeats included. */
    public long acknowledgedRows() {
        return acknowledged.get();
    }

    public boolean isClosed() {
        return closed.get();
    }

    private CompletionStage<Delivery> send(Gate.Screened<OutboxRow> screened) {
        Failure failure = planned.poll();
        List<OutboxRow> rows = screened.messages();
        synchronized (sent) {
            sent.addAll(failure == null ? rows : rows.subList(0, Math.min(failure.rowsBefore(), rows.size())));
        }
        if (failure != null) {
            return CompletableFuture.failedFuture(failure.reason());
        }
        return acks.passed().thenApply(acknowledgement -> {
            acknowledged.addAndGet(rows.size());
            return screened.delivered();
        });
    }
}
