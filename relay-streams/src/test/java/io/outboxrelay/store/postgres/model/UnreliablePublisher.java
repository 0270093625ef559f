package io.outboxrelay.store.postgres.model;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.publish.Delivery;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.publish.Publisher;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.pekko.Done;
import org.apache.pekko.NotUsed;
import org.apache.pekko.stream.javadsl.Flow;

/**
 * Sends one claim's chunks to the log. Now and then it dies before a chunk is sent, in its middle, or after it, or
 * acknowledges late, so that its owner is taken over in between. Once it has failed it sends nothing more.
 */
final class UnreliablePublisher implements Publisher {
    private static final int CHUNKS_IN_FLIGHT = 4;

    private final ModelLog log;
    private final Claim claim;
    private final Random random; // drawn from by one chunk at a time
    private final AtomicBoolean calm;
    private final Tally tally;
    private final AtomicBoolean dead = new AtomicBoolean();

    UnreliablePublisher(ModelLog log, Claim claim, Random random, AtomicBoolean calm, Tally tally) {
        this.log = log;
        this.claim = claim;
        this.random = random;
        this.calm = calm;
        this.tally = tally;
    }

    @Override
    public Flow<Chunk, Delivery, NotUsed> flow(Gate gate) {
        return Flow.of(Chunk.class).mapAsync(CHUNKS_IN_FLIGHT, this::send).map(chunk -> new Delivery(chunk, List.of()));
    }

    @Override
    public CompletionStage<Done> close() {
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    private CompletionStage<Chunk> send(Chunk chunk) {
        int fate = calm.get() ? Integer.MAX_VALUE : random.nextInt(1_000);
        List<OutboxRow> rows = chunk.rows();
        if (dead.get()) {
            return died("before");
        }
        if (fate < 3) {
            return died("crashes before sending");
        }
        if (fate < 6) {
            append(rows.subList(0, random.nextInt(rows.size() + 1)));
            return died("crashes while sending");
        }
        append(rows);
        if (fate < 9) {
            return died("crashes after sending");
        }
        if (fate < 60) {
            int delayMillis = random.nextInt(fate < 15 ? 1_000 : 100);
            return CompletableFuture.supplyAsync(
                    () -> chunk, CompletableFuture.delayedExecutor(delayMillis, TimeUnit.MILLISECONDS));
        }
        return CompletableFuture.completedFuture(chunk);
    }

    private void append(List<OutboxRow> rows) {
        log.append(rows, claim.shard().number(), claim.epoch());
    }

    private CompletionStage<Chunk> died(String how) {
        if (dead.compareAndSet(false, true)) {
            tally.count(how);
        }
        return CompletableFuture.failedFuture(new RelayException(Fault.TRANSIENT, "the publisher died: " + how));
    }
}
