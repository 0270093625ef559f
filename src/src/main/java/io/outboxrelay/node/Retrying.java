package io.outboxrelay.node;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.Backoff;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries a start-up step again until it works: what it waits for may come up later. Each failure is one WARN line. */
final class Retrying {
    private static final Logger log = LoggerFactory.getLogger(Retrying.class);
    private static final Backoff BACKOFF = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(10));

    private final BooleanSupplier stopped;

    /** Gives up once `stopped` says so. */
    Retrying(BooleanSupplier stopped) {
        this.stopped = stopped;
    }

    /** Retries TRANSIENT failures for ever; any other fails the stage. */
    <T> CompletableFuture<T> whileTransient(String step, Supplier<CompletionStage<T>> attempt) {
        return attempt(step, attempt, failure -> failure.fault() == Fault.TRANSIENT, 1);
    }

    /** Retries every failure for ever. */
    <T> CompletableFuture<T> always(String step, Supplier<CompletionStage<T>> attempt) {
        return attempt(step, attempt, failure -> true, 1);
    }

    private <T> CompletableFuture<T> attempt(
            String step, Supplier<CompletionStage<T>> attempt, Predicate<RelayException> again, int number) {
        return attempt.get().toCompletableFuture().exceptionallyCompose(thrown -> {
            RelayException failure = RelayException.of(thrown);
            if (stopped.getAsBoolean() || !again.test(failure)) {
                return CompletableFuture.failedFuture(failure);
            }
            Duration pause = BACKOFF.pause(number, 1);
            log.atWarn()
                    .addKeyValue("fault", failure.fault())
                    .addKeyValue("attempt", number)
                    .addKeyValue("retry_ms", pause.toMillis())
                    .log("{}: {}", step, failure.getMessage());
            return after(pause).thenCompose(passed -> attempt(step, attempt, again, number + 1));
        });
    }

    private static CompletableFuture<Boolean> after(Duration pause) {
        return CompletableFuture.supplyAsync(
                () -> true, CompletableFuture.delayedExecutor(pause.toMillis(), TimeUnit.MILLISECONDS));
    }
}
