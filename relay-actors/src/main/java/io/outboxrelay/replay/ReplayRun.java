package io.outboxrelay.replay;

import io.outboxrelay.control.ReplayNote;
import io.outboxrelay.coordinator.CoordinatorActor;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.Backoff;
import io.outboxrelay.graph.ReplayStream;
import io.outboxrelay.publish.Publisher;
import io.outboxrelay.replay.ReplayStatus.State;
import io.outboxrelay.store.Retained;
import io.outboxrelay.store.SentPlace;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.PostStop;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.pattern.StatusReply;
import org.apache.pekko.stream.Materializer;
import org.jspecify.annotations.Nullable;

/**
 * One replay.
 *
 * <ol>
 *   <li>It looks what is left of what was sent; a time from which events were removed is refused.
 *   <li>It has its beginning written to the control journal, then confirms it to whoever wants it.
 *   <li>It publishes. After a failure that may pass it goes on from where it got to, for as long as that takes.
 *   <li>At the end, when it is stopped, or after any other failure it has written down how far it came, and stops.
 * </ol>
 *
 * If it dies halfway: what was published stays so; the journal knows that it began, and {@link ReplayActor} on the next
 * node has written down that it did not end.
 */
final class ReplayRun {

    sealed interface Command {}

    /** Publish what is on its way, and no more; `by` goes into the history. */
    record Stop(String by, String reason) implements Command {}

    private enum Alarm implements Command {
        PUBLISH,
        STOP_LIMIT,
        NOTE
    }

    /** One of the two is null. */
    private record Looked(
            @Nullable Retained found, @Nullable Throwable failure) implements Command {}

    private record Noted(@Nullable Throwable failure) implements Command {}

    private record Advanced(ReplayStream.Step step) implements Command {}

    private record Ended(@Nullable Throwable failure) implements Command {}

    private record Closed() implements Command {}

    /** What it is told. */
    record Order(String id, String outbox, Wanted wanted, String by, String reason) {}

    /** How it is doing now; `over` once all is written down. */
    record Told(ReplayStatus status, boolean over) {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final ReplaySetup setup;
    private final ReplaySetup.Source source;
    private final Order order;
    private final ActorRef<Told> listener;
    private final ActorRef<StatusReply<ReplayStatus>> replyTo;
    private final Materializer materializer;
    private final Backoff backoff;
    private final Set<String> found = new HashSet<>();

    private ReplayRun(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            ReplaySetup setup,
            ReplaySetup.Source source,
            Order order,
            ActorRef<Told> listener,
            ActorRef<StatusReply<ReplayStatus>> replyTo) {
        this.context = context;
        context.setLoggerName(ReplayRun.class);
        this.timers = timers;
        this.setup = setup;
        this.source = source;
        this.order = order;
        this.listener = listener;
        this.replyTo = replyTo;
        this.materializer = Materializer.createMaterializer(context);
        this.backoff = new Backoff(
                source.settings().retry().backoffMin(),
                source.settings().retry().backoffMax());
    }

    /** `replyTo` learns that it began, or why it did not; `listener` all the rest. */
    static Behavior<Command> create(
            ReplaySetup setup,
            ReplaySetup.Source source,
            Order order,
            ActorRef<Told> listener,
            ActorRef<StatusReply<ReplayStatus>> replyTo) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new ReplayRun(context, timers, setup, source, order, listener, replyTo).started()));
    }

    /** A publisher that is open, and how far it got. */
    private record Run(Publisher publisher, ReplayStream stream, SentPlace place, ReplayStatus status, int failures) {
        Run at(SentPlace reached, ReplayStatus now) {
            return new Run(publisher, stream, reached, now, 0);
        }
    }

    // ---- looking

    private Behavior<Command> started() {
        context.pipeToSelf(source.rows().retained(), Looked::new);
        return Behaviors.receive(Command.class)
                .onMessage(Looked.class, this::looked)
                .onMessage(Stop.class, stop -> refuse("it was stopped before it began"))
                .build();
    }

    private Behavior<Command> looked(Looked looked) {
        Retained retained = looked.found();
        if (retained == null) {
            RelayException failure = RelayException.of(Objects.requireNonNull(looked.failure()));
            boolean passes = failure.fault() == Fault.TRANSIENT;
            return refuse((passes ? CoordinatorActor.UNAVAILABLE : "") + failure.getMessage());
        }
        Instant from = order.wanted().from();
        Instant since = retained.since();
        if (from != null && since != null && !retained.whole() && from.isBefore(since)) {
            return refuse("events written before " + since + " were removed once they had been sent; earliest time"
                    + " available: " + since);
        }
        ReplayStatus status = new ReplayStatus(
                order.id(),
                order.outbox(),
                State.RUNNING,
                order.wanted().text(),
                order.by(),
                order.reason(),
                setup.node(),
                0,
                0,
                List.of(),
                List.of(),
                0,
                since,
                setup.clock().instant(),
                null,
                null);
        note(new ReplayNote(
                order.outbox(), order.id(), ReplayNote.Step.BEGUN, status.what(), order.by(), order.reason()));
        return noting(retained.begin(), status, null);
    }

    private Behavior<Command> refuse(String why) {
        replyTo.tell(StatusReply.error(why));
        return Behaviors.stopped();
    }

    // ---- noting

    /** `stop` is null unless that is wanted already. */
    private Behavior<Command> noting(SentPlace begin, ReplayStatus status, @Nullable Stop stop) {
        return Behaviors.receive(Command.class)
                .onMessage(Noted.class, noted -> {
                    if (stop != null) {
                        context.getSelf().tell(stop);
                    }
                    return noted(begin, status, noted.failure());
                })
                .onMessage(Stop.class, wanted -> noting(begin, status, wanted))
                .build();
    }

    private Behavior<Command> noted(SentPlace begin, ReplayStatus status, @Nullable Throwable failure) {
        if (failure != null) {
            return refuse(
                    failure instanceof StatusReply.ErrorMessage
                            ? String.valueOf(failure.getMessage())
                            : CoordinatorActor.UNAVAILABLE + "the coordinator did not confirm within "
                                    + setup.confirmWithin());
        }
        context.getLog().info("outbox {}: replay {} begins: {}", order.outbox(), order.id(), status.what());
        tell(status, false);
        replyTo.tell(StatusReply.success(status));
        try {
            Publisher publisher =
                    source.publishers().open(order.id(), order.wanted().topic());
            return publish(publisher, begin, status, 0);
        } catch (RelayException e) {
            return close(null, ended(status, State.FAILED, e.getMessage()), RELAY, "");
        }
    }

    // ---- publishing

    private Behavior<Command> publish(Publisher publisher, SentPlace from, ReplayStatus status, int failures) {
        ReplayStream stream = ReplayStream.start(
                source.rows(),
                publisher,
                new ReplayStream.Plan(
                        order.outbox(),
                        order.wanted().query(),
                        from,
                        order.wanted().perSecond(),
                        source.settings().publisher()),
                step -> context.getSelf().tell(new Advanced(step)),
                materializer);
        context.pipeToSelf(stream.completion(), (done, failure) -> new Ended(failure));
        return publishing(new Run(publisher, stream, from, status, failures));
    }

    private Behavior<Command> publishing(Run run) {
        return onItsWay(run)
                .onMessage(Advanced.class, advanced -> publishing(advanced(run, advanced.step())))
                .onMessage(Ended.class, ended -> ended(run, ended.failure()))
                .onMessage(Stop.class, stop -> {
                    run.stream().drain();
                    timers.startSingleTimer(Alarm.STOP_LIMIT, setup.stopWithin());
                    return stopping(run, stop);
                })
                .build();
    }

    private BehaviorBuilder<Command> onItsWay(Run run) {
        return Behaviors.receive(Command.class).onSignal(PostStop.class, stopped -> {
            run.publisher().close();
            context.getLog()
                    .warn(
                            "outbox {}: replay {} is cut off: {}",
                            order.outbox(),
                            order.id(),
                            run.status().figures());
            return Behaviors.same();
        });
    }

    private Run advanced(Run run, ReplayStream.Step step) {
        if (!order.wanted().events().isEmpty()) {
            found.addAll(step.ids());
            step.left().forEach(refusal -> found.add(refusal.row().id()));
        }
        step.left()
                .forEach(refusal -> context.getLog()
                        .warn("outbox {}: replay {} leaves out: {}", order.outbox(), order.id(), refusal.reason()));
        ReplayStatus now = run.status()
                .further(
                        step.ids().size(),
                        step.left().stream()
                                .map(refusal -> refusal.row().id() + ": " + refusal.reason())
                                .toList(),
                        step.place().share())
                .failing(null);
        tell(now, false);
        return run.at(step.place(), now);
    }

    private Behavior<Command> ended(Run run, @Nullable Throwable failure) {
        if (failure == null) {
            return close(run.publisher(), ended(run.status(), State.DONE, null), RELAY, "");
        }
        RelayException error = RelayException.of(failure);
        if (error.fault() != Fault.TRANSIENT) {
            return close(run.publisher(), ended(run.status(), State.FAILED, error.getMessage()), RELAY, "");
        }
        context.getLog()
                .warn("outbox {}: replay {} is tried again: {}", order.outbox(), order.id(), error.getMessage());
        ReplayStatus status = run.status().failing(error.getMessage());
        tell(status, false);
        int failures = run.failures() + 1;
        timers.startSingleTimer(Alarm.PUBLISH, backoff.pause(failures, 1));
        return retrying(new Run(run.publisher(), run.stream(), run.place(), status, failures));
    }

    private Behavior<Command> retrying(Run run) {
        return onItsWay(run)
                .onMessageEquals(
                        Alarm.PUBLISH, () -> publish(run.publisher(), run.place(), run.status(), run.failures()))
                .onMessage(Advanced.class, advanced -> retrying(advanced(run, advanced.step())))
                .onMessage(Stop.class, stop -> {
                    timers.cancel(Alarm.PUBLISH);
                    return stopped(run, stop);
                })
                .build();
    }

    // ---- stopping

    private Behavior<Command> stopping(Run run, Stop stop) {
        return onItsWay(run)
                .onMessage(Advanced.class, advanced -> stopping(advanced(run, advanced.step()), stop))
                .onMessage(Ended.class, ended -> stopped(run, stop))
                .onMessageEquals(Alarm.STOP_LIMIT, () -> stopped(run, stop))
                .onMessage(Stop.class, again -> Behaviors.same())
                .build();
    }

    private Behavior<Command> stopped(Run run, Stop stop) {
        timers.cancel(Alarm.STOP_LIMIT);
        State state = run.place().isEnd() ? State.DONE : State.STOPPED;
        String error = state == State.DONE ? null : run.status().error();
        return close(run.publisher(), ended(run.status(), state, error), stop.by(), stop.reason());
    }

    private ReplayStatus ended(ReplayStatus status, State state, @Nullable String why) {
        List<String> missing = state == State.DONE
                ? order.wanted().events().stream()
                        .filter(id -> !found.contains(id))
                        .distinct()
                        .toList()
                : List.of();
        return status.ended(state, missing, why, setup.clock().instant());
    }

    // ---- closing: the publisher, then the book

    private static final String RELAY = "outbox-relay";

    private Behavior<Command> close(@Nullable Publisher publisher, ReplayStatus status, String by, String reason) {
        context.getLog()
                .info("outbox {}: replay {} is {}: {}", order.outbox(), order.id(), status.state(), status.figures());
        tell(status, false);
        CompletionStage<Done> closed =
                publisher == null ? CompletableFuture.completedFuture(Done.getInstance()) : publisher.close();
        context.pipeToSelf(closed, (done, failure) -> new Closed());
        ReplayNote end = new ReplayNote(order.outbox(), order.id(), step(status.state()), status.figures(), by, reason);
        return Behaviors.receive(Command.class)
                .onMessage(Closed.class, done -> note(end))
                .onMessageEquals(Alarm.NOTE, () -> note(end))
                .onMessage(Noted.class, noted -> bookClosed(status, noted.failure()))
                .onMessage(Stop.class, late -> Behaviors.same())
                .onMessage(Advanced.class, late -> Behaviors.same())
                .onMessage(Ended.class, late -> Behaviors.same())
                .build();
    }

    private static ReplayNote.Step step(State state) {
        return switch (state) {
            case RUNNING -> ReplayNote.Step.BEGUN;
            case DONE -> ReplayNote.Step.DONE;
            case STOPPED -> ReplayNote.Step.STOPPED;
            case FAILED -> ReplayNote.Step.FAILED;
        };
    }

    private Behavior<Command> bookClosed(ReplayStatus status, @Nullable Throwable failure) {
        if (failure == null) {
            tell(status, true);
            return Behaviors.stopped();
        }
        context.getLog().warn("the end of replay {} is not written down yet: {}", order.id(), failure.getMessage());
        timers.startSingleTimer(Alarm.NOTE, setup.noteAgain());
        return Behaviors.same();
    }

    private Behavior<Command> note(ReplayNote note) {
        context.askWithStatus(
                Done.class,
                setup.coordinator(),
                setup.confirmWithin(),
                confirmed -> new CoordinatorActor.NoteReplay(note, confirmed),
                (done, failure) -> new Noted(failure));
        return Behaviors.same();
    }

    private void tell(ReplayStatus status, boolean over) {
        listener.tell(new Told(status, over));
    }
}
