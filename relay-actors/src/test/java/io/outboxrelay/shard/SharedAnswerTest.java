package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class SharedAnswerTest {
    private final List<CompletableFuture<String>> questions = new ArrayList<>();
    private final SharedAnswer<String> shared = new SharedAnswer<>();

    private CompletionStage<String> ask() {
        return shared.ask(() -> {
            questions.add(new CompletableFuture<>());
            return questions.get(questions.size() - 1);
        });
    }

    @Test
    void whoAsksWhileAnAnswerIsOnItsWayGetsThatOne() {
        CompletionStage<String> first = ask();
        CompletionStage<String> second = ask();
        assertThat(questions).hasSize(1);
        questions.get(0).complete("1");
        assertThat(first.toCompletableFuture()).isCompletedWithValue("1");
        assertThat(second.toCompletableFuture()).isCompletedWithValue("1");
        CompletionStage<String> third = ask();
        assertThat(questions).hasSize(2);
        assertThat(third.toCompletableFuture()).isNotDone();
    }

    @Test
    void aFailureIsNotKept() {
        ask();
        questions.get(0).completeExceptionally(new IllegalStateException("planned"));
        assertThat(ask().toCompletableFuture()).isNotDone();
        assertThat(questions).hasSize(2);
    }
}
