package io.outboxrelay.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.CoordinatedShutdown;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Extension;
import org.apache.pekko.actor.typed.ExtensionId;
import org.apache.pekko.stream.javadsl.Source;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of one node, shared by all who watch: there is one look under way at most, and the next begins a second
 * later at the earliest. While nobody watches, nobody looks. Thread-safe.
 */
final class ConsoleFeed implements Extension {
    static final int MOST_STREAMS = 50;

    private static final Duration PACE = Duration.ofSeconds(1);
    /** Below the pace, so that a browser's own tick is not always just too early. */
    private static final long FRESH_NANOS = Duration.ofMillis(900).toNanos();

    private static final ObjectMapper JSON = JsonMapper.builder().build();

    private final ActorSystem<?> system;
    private final Function<ShardTurns, CompletionStage<ClusterLook.Seen>> look;
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicReference<Look> last = new AtomicReference<>(Look.NONE);

    /** One look, whose answer may be on its way. */
    private record Look(boolean any, long atNanos, CompletableFuture<Answer> answer) {
        private static final Look NONE =
                new Look(false, 0, CompletableFuture.completedFuture(new Answer("{}", ShardTurns.NOTHING_HEARD)));

        static Look begun() {
            return new Look(true, System.nanoTime(), new CompletableFuture<>());
        }

        void done(@Nullable Answer found, @Nullable Throwable failure) {
            if (found == null) {
                answer.completeExceptionally(Objects.requireNonNull(failure));
            } else {
                answer.complete(found);
            }
        }

        boolean serves() {
            return any && (!answer.isDone() || System.nanoTime() - atNanos < FRESH_NANOS);
        }
    }

    /** What it found, as all who watch get it. */
    private record Answer(String json, ShardTurns turns) {}

    /** Identifies the extension to Pekko. */
    static final class Id extends ExtensionId<ConsoleFeed> {
        private static final Id INSTANCE = new Id();

        private Id() {}

        @Override
        public ConsoleFeed createExtension(ActorSystem<?> system) {
            return new ConsoleFeed(system, new ClusterLook(system)::now);
        }
    }

    ConsoleFeed(ActorSystem<?> system, Function<ShardTurns, CompletionStage<ClusterLook.Seen>> look) {
        this.system = system;
        this.look = look;
    }

    static ConsoleFeed get(ActorSystem<?> system) {
        return Id.INSTANCE.apply(system);
    }

    boolean isFull() {
        return streams.get() >= MOST_STREAMS;
    }

    int streams() {
        return streams.get();
    }

    /**
     * A snapshot in JSON each second, until the node stops. Counted from when it runs, so that one which is never run
     * takes nobody's place; empty beyond {@link #MOST_STREAMS}.
     */
    Source<String, NotUsed> snapshots() {
        return Source.lazySource(this::counted).mapMaterializedValue(running -> NotUsed.getInstance());
    }

    private Source<String, NotUsed> counted() {
        Source<String, NotUsed> ticks = Source.tick(Duration.ZERO, PACE, "tick")
                .takeWhile(tick ->
                        CoordinatedShutdown.get(system).getShutdownReason().isEmpty())
                .mapAsync(1, tick -> latest())
                .mapMaterializedValue(cancellable -> NotUsed.getInstance());
        Source<String, NotUsed> admitted = streams.incrementAndGet() > MOST_STREAMS ? Source.empty() : ticks;
        return admitted.watchTermination((running, end) -> {
            end.whenComplete((done, failure) -> streams.decrementAndGet());
            return running;
        });
    }

    CompletionStage<String> latest() {
        Look known = Objects.requireNonNull(last.get());
        if (known.serves()) {
            return known.answer().thenApply(Answer::json);
        }
        Look next = Look.begun();
        if (!last.compareAndSet(known, next)) {
            return latest();
        }
        ShardTurns turns = known.answer().isCompletedExceptionally()
                ? ShardTurns.NOTHING_HEARD
                : known.answer().join().turns();
        // what goes wrong at once must complete the look too
        return CompletableFuture.completedFuture(turns)
                .thenCompose(look)
                .thenApply(seen -> new Answer(json(seen.snapshot()), seen.turns()))
                .whenComplete(next::done)
                .thenApply(Answer::json);
    }

    private static String json(Snapshot snapshot) {
        try {
            return JSON.writeValueAsString(snapshot);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("no JSON for a snapshot", e);
        }
    }
}
