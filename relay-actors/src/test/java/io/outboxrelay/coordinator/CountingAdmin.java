package io.outboxrelay.coordinator;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.ParkedDetail;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.ParkedRow;
import io.outboxrelay.store.PurgeReport;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.Done;
import org.jspecify.annotations.Nullable;

/** Its first purge fails. */
final class CountingAdmin implements OutboxAdmin {
    final AtomicInteger calls = new AtomicInteger();
    private final AtomicInteger running = new AtomicInteger();
    final AtomicInteger mostAtOnce = new AtomicInteger();

    final List<Integer> dealt = new CopyOnWriteArrayList<>();
    volatile @Nullable RelayException dealing;
    volatile boolean unknown;
    volatile int dealtByAnother;

    @Override
    public CompletionStage<Integer> shards(int whenNew) {
        return unknown
                ? CompletableFuture.failedFuture(new RelayException(Fault.TRANSIENT, "no database"))
                : CompletableFuture.completedFuture(whenNew);
    }

    @Override
    public CompletionStage<Integer> countShards() {
        return CompletableFuture.completedFuture(
                dealtByAnother > 0 ? dealtByAnother : dealt.isEmpty() ? 2 : dealt.get(dealt.size() - 1));
    }

    @Override
    public CompletionStage<Done> reshard(int count) {
        if (dealing != null) {
            return CompletableFuture.failedFuture(dealing);
        }
        dealt.add(count);
        return CompletableFuture.completedFuture(Done.getInstance());
    }

    @Override
    public CompletionStage<Map<String, Integer>> decide(Decision decision, List<String> events) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("not asked for here"));
    }

    @Override
    public CompletionStage<List<ParkedRow>> parkedRows(String after, int limit) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("not asked for here"));
    }

    @Override
    public CompletionStage<Optional<ParkedDetail>> parkedRow(String event) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("not asked for here"));
    }

    @Override
    public CompletionStage<ParkedEdit.Result> edit(String event, ParkedEdit edit) {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("not asked for here"));
    }

    @Override
    public CompletionStage<Boolean> isPrimary() {
        return CompletableFuture.failedFuture(new UnsupportedOperationException("not asked for here"));
    }

    @Override
    public CompletionStage<PurgeReport> purge() {
        mostAtOnce.accumulateAndGet(running.incrementAndGet(), Math::max);
        if (calls.incrementAndGet() == 1) {
            running.decrementAndGet();
            throw new IllegalStateException("no database");
        }
        return CompletableFuture.supplyAsync(
                () -> {
                    running.decrementAndGet();
                    return PurgeReport.NOTHING;
                },
                CompletableFuture.delayedExecutor(50, TimeUnit.MILLISECONDS));
    }
}
