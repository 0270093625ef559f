package io.outboxrelay.testkit;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.pekko.Done;

/** Lets asynchronous work pass, or holds it until released. */
final class Barrier {
    private static final CompletableFuture<Done> OPEN = CompletableFuture.completedFuture(Done.getInstance());

    private final AtomicReference<CompletableFuture<Done>> pass = new AtomicReference<>(OPEN);

    void hold() {
        pass.compareAndSet(OPEN, new CompletableFuture<>());
    }

    void release() {
        pass.getAndSet(OPEN).complete(Done.getInstance());
    }

    CompletionStage<Done> passed() {
        return pass.get();
    }
}
