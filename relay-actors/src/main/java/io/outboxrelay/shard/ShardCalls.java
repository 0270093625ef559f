package io.outboxrelay.shard;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.metrics.ShardMetrics;
import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Claim;
import io.outboxrelay.store.Parked;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/** A shard's calls to its store and stream; each result comes back to the actor as a message. */
record ShardCalls(
        ActorContext<ShardActor.Command> context,
        ShardSetup setup,
        ShardMetrics metrics,
        SharedAnswer<Backlog> counted) {
    private static final Duration BACKLOG_WITHIN = Duration.ofSeconds(2);

    ShardCalls(ActorContext<ShardActor.Command> context, ShardSetup setup, ShardMetrics metrics) {
        this(context, setup, metrics, new SharedAnswer<>());
    }

    /** Comes back as Claimed or ClaimFailed. */
    CompletionStage<Claim> claim() {
        CompletionStage<Claim> pending = call(() -> setup.store().claim(setup.shard(), setup.publisher()::takeOver));
        context.pipeToSelf(
                pending,
                (claim, failure) -> failure == null
                        ? new ShardActor.Claimed(claim)
                        : new ShardActor.ClaimFailed(RelayException.of(failure)));
        return pending;
    }

    /** Starts the stream; its end comes back as StreamEnded. */
    ShardRun start(Claim claim) {
        ShardRun run = ShardRun.start(context, setup, metrics, claim);
        context.pipeToSelf(
                run.completion().exceptionallyCompose(failure -> named(claim, RelayException.of(failure))),
                (done, failure) -> new ShardActor.StreamEnded(
                        claim.epoch(), failure == null ? null : setup.judged(RelayException.of(failure))));
        return run;
    }

    /** Kafka does not say who shut out what carried the rows; the database does. */
    private CompletionStage<Done> named(Claim claim, RelayException error) {
        if (error.fault() != Fault.FENCED || error.successor().isPresent()) {
            return CompletableFuture.failedFuture(error);
        }
        return inTime(() -> setup.store().successor(claim))
                .thenCompose(known -> CompletableFuture.failedFuture(
                        known == null || known.isEmpty()
                                ? error
                                : RelayException.fencedBy(known.get(), String.valueOf(error.getMessage()))));
    }

    /**
     * Comes back as Released.
     *
     * @param drained whether nothing sent under the claim is on its way any more
     */
    void release(Claim held, boolean drained) {
        CompletionStage<Done> released = releaseUnseen(held);
        context.pipeToSelf(
                drained ? released.thenCompose(done -> setup.store().conclude(held)) : released,
                (done, failure) ->
                        new ShardActor.Released(held.epoch(), failure == null ? null : RelayException.of(failure)));
    }

    /** For when there is no actor any more to hear of it. */
    CompletionStage<Done> releaseUnseen(Claim held) {
        return call(() -> setup.store().release(held));
    }

    /** Comes back as BacklogKnown, in any case. */
    void backlog(Claim claim, ActorRef<ShardStatus> replyTo) {
        CompletableFuture<@Nullable Backlog> backlog =
                inTime(() -> counted.ask(() -> setup.store().backlog(claim)));
        CompletableFuture<@Nullable Parked> parked = inTime(() -> setup.store().parked(claim));
        context.pipeToSelf(
                CompletableFuture.allOf(backlog, parked),
                (both, failure) -> new ShardActor.BacklogKnown(replyTo, backlog.join(), parked.join()));
    }

    /** Null where it fails or takes too long, by the time of the actor system. */
    private <T> CompletableFuture<@Nullable T> inTime(Supplier<CompletionStage<T>> operation) {
        CompletableFuture<@Nullable T> answer = call(operation)
                .<@Nullable T>thenApply(value -> value)
                .exceptionally(failure -> null)
                .toCompletableFuture();
        Cancellable limit = context.getSystem()
                .scheduler()
                .scheduleOnce(BACKLOG_WITHIN, () -> answer.complete(null), context.getExecutionContext());
        return answer.whenComplete((value, failure) -> limit.cancel());
    }

    /** Stores may fail before they return a stage. */
    private static <T> CompletionStage<T> call(Supplier<CompletionStage<T>> operation) {
        try {
            return operation.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
