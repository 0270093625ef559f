package io.outboxrelay.testkit;

import io.outboxrelay.fault.RelayException;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Waits for futures within a limit. */
public final class Waits {
    private Waits() {}

    /** The result; a failure is thrown as the relay exception it carries. */
    public static <T> T get(CompletionStage<T> stage, Duration limit) {
        try {
            return stage.toCompletableFuture().get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            throw RelayException.of(e);
        } catch (TimeoutException e) {
            throw new AssertionError("no result within " + limit, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted", e);
        }
    }

    /** The failure; a result is an error. */
    public static RelayException failure(CompletionStage<?> stage, Duration limit) {
        Object result;
        try {
            result = get(stage, limit);
        } catch (RelayException e) {
            return e;
        }
        throw new AssertionError("expected a failure, got " + result);
    }
}
