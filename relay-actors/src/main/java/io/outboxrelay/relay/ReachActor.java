package io.outboxrelay.relay;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.relay.ReachHistory.Look;
import io.outboxrelay.store.Owner;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.jspecify.annotations.Nullable;

/**
 * Looks whether this node reaches an outbox's database and its Kafka, when somebody asks, and remembers what it found:
 *
 * <ol>
 *   <li>Who asks within a second of a look gets what that found.
 *   <li>Who asks while a look is under way waits for it; there is one at a time.
 *   <li>A look ends after five seconds, with or without an answer.
 * </ol>
 *
 * If this dies halfway: who waits gets no answer in time, and what was found before is forgotten.
 */
final class ReachActor {
    /** What is looked at. */
    record Setup(
            String outbox,
            Supplier<CompletionStage<Boolean>> database,
            Supplier<CompletionStage<Done>> kafka,
            LongSupplier nanoTime) {}

    /** What the actor understands. */
    sealed interface Command {}

    /** Answered when it is known, within {@link #WITHIN} and some. */
    record Ask(ActorRef<Reach> replyTo) implements Command {}

    private record Looked(Look database, Look kafka) implements Command {}

    private record Known(ReachHistory database, ReachHistory kafka, long atNanos) {}

    static final Duration WITHIN = Duration.ofSeconds(5);
    private static final Duration FRESH = Duration.ofSeconds(1);

    private final ActorContext<Command> context;
    private final Setup setup;

    private ReachActor(ActorContext<Command> context, Setup setup) {
        this.context = context;
        this.setup = setup;
    }

    static Behavior<Command> create(Setup setup) {
        return Behaviors.setup(context -> new ReachActor(context, setup).resting(null));
    }

    private Behavior<Command> resting(@Nullable Known known) {
        return Behaviors.receive(Command.class)
                .onMessage(Ask.class, asked -> asked(known, asked))
                .build();
    }

    private Behavior<Command> asked(@Nullable Known known, Ask asked) {
        if (known != null && setup.nanoTime().getAsLong() - known.atNanos() < FRESH.toNanos()) {
            asked.replyTo().tell(reach(known));
            return Behaviors.same();
        }
        CompletableFuture<Look> database = look("the database", setup.database(), primary -> primary);
        CompletableFuture<Look> kafka = look("Kafka", setup.kafka(), done -> null);
        context.pipeToSelf(
                CompletableFuture.allOf(database, kafka), (both, failure) -> new Looked(database.join(), kafka.join()));
        return looking(known, List.of(asked));
    }

    private Behavior<Command> looking(@Nullable Known before, List<Ask> waiting) {
        return Behaviors.receive(Command.class)
                .onMessage(Ask.class, asked -> {
                    List<Ask> more = new ArrayList<>(waiting);
                    more.add(asked);
                    return looking(before, more);
                })
                .onMessage(Looked.class, looked -> looked(before, looked, waiting))
                .build();
    }

    private Behavior<Command> looked(@Nullable Known before, Looked looked, List<Ask> waiting) {
        Known known = new Known(
                (before == null ? ReachHistory.NONE : before.database()).after(looked.database()),
                (before == null ? ReachHistory.NONE : before.kafka()).after(looked.kafka()),
                setup.nanoTime().getAsLong());
        Reach reach = reach(known);
        waiting.forEach(asked -> asked.replyTo().tell(reach));
        return resting(known);
    }

    private Reach reach(Known known) {
        long now = setup.nanoTime().getAsLong();
        return new Reach(
                setup.outbox(),
                Owner.of(context.getSystem()),
                known.database().side(now),
                known.kafka().side(now));
    }

    /** What an answer says about a primary; null where nothing. */
    @FunctionalInterface
    private interface Primary<T> {
        @Nullable
        Boolean of(T answer);
    }

    /** Never fails. */
    private <T> CompletableFuture<Look> look(
            String what, Supplier<? extends CompletionStage<T>> attempt, Primary<T> primary) {
        long began = setup.nanoTime().getAsLong();
        return begun(attempt)
                .toCompletableFuture()
                .copy()
                .orTimeout(WITHIN.toMillis(), TimeUnit.MILLISECONDS)
                .handle((answer, failure) -> {
                    long now = setup.nanoTime().getAsLong();
                    return failure == null
                            ? new Look(now, now - began, primary.of(answer), null)
                            : new Look(now, now - began, null, words(what, failure));
                });
    }

    private static <T> CompletionStage<T> begun(Supplier<? extends CompletionStage<T>> attempt) {
        try {
            return attempt.get();
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private static String words(String what, Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        return cause instanceof TimeoutException
                ? what + " did not answer within " + WITHIN.toSeconds() + " s"
                : String.valueOf(RelayException.of(failure).getMessage());
    }
}
