package io.outboxrelay.forming;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.forming.Decision.Candidate;
import io.outboxrelay.graph.Backoff;
import io.outboxrelay.store.postgres.NodeTable;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.BehaviorBuilder;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.SelfUp;
import org.apache.pekko.cluster.typed.Subscribe;
import org.slf4j.Logger;

/**
 * One node's way into the cluster.
 *
 * <ol>
 *   <li>deciding: under the table's lock, look at the other nodes and decide ({@link Decision}). Who forms a new
 *       cluster signs in with the decision, so the next one to decide sees it; nobody else signs before it is Up.
 *   <li>joining: sent to the seeds; not let in within {@link #JOIN_LIMIT}, decide again.
 *   <li>member: Up; sign in, then sign every third of node-expiry.
 * </ol>
 *
 * If the node dies halfway: before it signed, nothing happened; after, its port refuses and the row counts for nothing.
 */
final class FormingActor {
    static final Duration JOIN_LIMIT = Duration.ofSeconds(10);
    private static final Duration PROBE_PATIENCE = Duration.ofSeconds(1);
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);
    private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(5));

    /** Rows are kept much longer than they count, for whoever looks at the table. */
    private static final int FORGET_AFTER_EXPIRIES = 20;

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final NodeTable table;
    private final Duration expiry;
    private final CompletableFuture<Done> up;
    private final String own;
    private final Logger log;
    private final Set<String> triedInVain = new HashSet<>();
    private int failures;
    private String waitingFor = "";
    private String since = "";

    /** What happens to it. */
    sealed interface Command {}

    /** The node stops: its row must go. */
    record Leave(CompletableFuture<Done> left) implements Command {}

    private record Decided(Decision decision) implements Command {}

    private record SignedIn(String since) implements Command {}

    private record Refreshed(boolean found) implements Command {}

    private record Failed(RelayException failure) implements Command {}

    private enum Signal implements Command {
        DECIDE,
        JOIN_LIMIT_PASSED,
        UP,
        REFRESH
    }

    private FormingActor(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            NodeTable table,
            Duration expiry,
            CompletableFuture<Done> up) {
        this.context = context;
        this.timers = timers;
        this.table = table;
        this.expiry = expiry;
        this.up = up;
        this.own = ClusterForming.ownNode(context.getSystem());
        this.log = context.getLog();
    }

    static Behavior<Command> create(NodeTable table, Duration expiry, CompletableFuture<Done> up) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            Cluster.get(context.getSystem())
                    .subscriptions()
                    .tell(Subscribe.create(context.messageAdapter(SelfUp.class, event -> Signal.UP), SelfUp.class));
            return new FormingActor(context, timers, table, expiry, up).deciding();
        }));
    }

    private BehaviorBuilder<Command> phase() {
        return Behaviors.receive(Command.class)
                .onMessage(Leave.class, this::leave)
                .onMessageEquals(Signal.UP, this::enter);
    }

    private Behavior<Command> deciding() {
        context.pipeToSelf(
                table.decide(own, this::decide, Decision.FormNew.class::isInstance),
                (decision, failure) ->
                        failure == null ? new Decided(decision) : new Failed(RelayException.of(failure)));
        return phase().onMessage(Decided.class, this::act)
                .onMessage(Failed.class, this::retry)
                .onMessageEquals(Signal.DECIDE, this::deciding)
                .build();
    }

    /** On the table's thread, inside its transaction. */
    private Decision decide(List<NodeTable.Row> rows) {
        Set<String> tried = Set.copyOf(triedInVain);
        List<CompletableFuture<Candidate>> probes = rows.stream()
                .map(row -> TcpProbe.of(row.address(), PROBE_PATIENCE)
                        .thenApply(
                                probe -> new Candidate(row.address(), row.age(), probe, tried.contains(row.address()))))
                .toList();
        return Decision.of(
                own, expiry, probes.stream().map(CompletableFuture::join).toList());
    }

    private Behavior<Command> act(Decided decided) {
        failures = 0;
        if (decided.decision() instanceof Decision.Join join) {
            log.info("{} joins the cluster of {}", own, join.seeds());
            return joining(join.seeds());
        }
        if (decided.decision() instanceof Decision.Wait wait) {
            if (!waitingFor.equals(wait.reason())) {
                waitingFor = wait.reason();
                log.warn("{} waits before it joins or forms a cluster: {}", own, wait.reason());
            }
            timers.startSingleTimer(Signal.DECIDE, LOOK_AGAIN);
            return Behaviors.same();
        }
        log.info("{} forms a new cluster: no other node is alive", own);
        return joining(List.of(own));
    }

    private Behavior<Command> retry(Failed failed) {
        if (failed.failure().fault() == Fault.MISCONFIGURED) {
            table.close();
            up.completeExceptionally(failed.failure());
            return Behaviors.receive(Command.class)
                    .onMessage(Leave.class, this::nothingToLeave)
                    .build();
        }
        failures++;
        Duration pause = BACKOFF.pause(failures, ThreadLocalRandom.current().nextDouble());
        log.warn(
                "attempt {} to find the cluster failed, next in {} ms: {}",
                failures,
                pause.toMillis(),
                failed.failure().getMessage());
        timers.startSingleTimer(Signal.DECIDE, pause);
        return Behaviors.same();
    }

    private Behavior<Command> joining(List<String> seeds) {
        ClusterForming.joinSeeds(context.getSystem(), seeds);
        timers.startSingleTimer(Signal.JOIN_LIMIT_PASSED, JOIN_LIMIT);
        return phase().onMessageEquals(Signal.JOIN_LIMIT_PASSED, () -> joinAgain(seeds))
                .build();
    }

    private Behavior<Command> joinAgain(List<String> seeds) {
        MemberStatus status = Cluster.get(context.getSystem()).selfMember().status();
        if (status != MemberStatus.removed() || seeds.contains(own)) {
            // Once let in, a node cannot go elsewhere: it gets Up when the members agree, or is downed.
            log.warn(
                    "{} is {} and not yet Up after {} s: are all members reachable?",
                    own,
                    status,
                    JOIN_LIMIT.toSeconds());
            timers.startSingleTimer(Signal.JOIN_LIMIT_PASSED, JOIN_LIMIT);
            return Behaviors.same();
        }
        log.warn("{} was not let in by {} within {} s, decides again", own, seeds, JOIN_LIMIT.toSeconds());
        triedInVain.addAll(seeds);
        return deciding();
    }

    private Behavior<Command> enter() {
        timers.cancelAll();
        up.complete(Done.getInstance());
        signIn();
        return phase().onMessage(SignedIn.class, this::signedIn)
                .onMessage(Refreshed.class, this::refreshed)
                .onMessage(Failed.class, this::refreshLater)
                .onMessageEquals(Signal.REFRESH, this::refresh)
                .build();
    }

    private void signIn() {
        since = "";
        context.pipeToSelf(
                table.signIn(own),
                (moment, failure) -> failure == null ? new SignedIn(moment) : new Failed(RelayException.of(failure)));
    }

    private Behavior<Command> signedIn(SignedIn signed) {
        since = signed.since();
        return refreshed(new Refreshed(true));
    }

    private Behavior<Command> refresh() {
        if (since.isEmpty()) {
            signIn();
            return Behaviors.same();
        }
        context.pipeToSelf(
                table.refresh(own, since, expiry.multipliedBy(FORGET_AFTER_EXPIRIES)),
                (found, failure) -> failure == null ? new Refreshed(found) : new Failed(RelayException.of(failure)));
        return Behaviors.same();
    }

    private Behavior<Command> refreshed(Refreshed refreshed) {
        failures = 0;
        if (!refreshed.found()) {
            log.error(
                    "another node signs the node table as {}: each needs an outbox-relay.cluster.host and port of its"
                            + " own (RELAY_HOST, RELAY_PORT) that the others can reach",
                    own);
            since = "";
        }
        timers.startSingleTimer(Signal.REFRESH, expiry.dividedBy(3));
        return Behaviors.same();
    }

    private Behavior<Command> refreshLater(Failed failed) {
        failures++;
        if (failures == 1) {
            log.warn(
                    "{} cannot sign the node table, tries on: {}",
                    own,
                    failed.failure().getMessage());
        }
        timers.startSingleTimer(
                Signal.REFRESH,
                BACKOFF.pause(failures, ThreadLocalRandom.current().nextDouble()));
        return Behaviors.same();
    }

    private Behavior<Command> leave(Leave leave) {
        table.signOff(own).whenComplete((done, failure) -> {
            if (failure != null) {
                log.warn(
                        "{} stays in the node table: {}",
                        own,
                        RelayException.of(failure).getMessage());
            }
            table.close();
            leave.left().complete(Done.getInstance());
        });
        return Behaviors.receive(Command.class)
                .onMessage(Leave.class, this::nothingToLeave)
                .build();
    }

    private Behavior<Command> nothingToLeave(Leave leave) {
        leave.left().complete(Done.getInstance());
        return Behaviors.same();
    }
}
