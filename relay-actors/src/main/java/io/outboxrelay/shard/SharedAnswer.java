package io.outboxrelay.shard;

import java.util.concurrent.CompletionStage;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One question at a time: while one is on its way, all who ask share its answer. Otherwise questions that take the database
 * longer than people wait would pile up there. Confined to its actor.
 */
final class SharedAnswer<T> {
    private @Nullable CompletionStage<T> asked;

    /** The answer that is on its way, or that to a new question. */
    CompletionStage<T> ask(Supplier<CompletionStage<T>> question) {
        CompletionStage<T> pending = asked;
        if (pending == null || pending.toCompletableFuture().isDone()) {
            pending = question.get();
            asked = pending;
        }
        return pending;
    }
}
