package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.jdbc.TickPace;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Reads one outbox for all shards this node owns.
 *
 * <ol>
 *   <li>A claimed shard is followed: it gets a {@link Feed} at the claim's position.
 *   <li>The tail looks for new rows every few milliseconds: one snapshot, one query for all shards that stand where the
 *       tail stands.
 *   <li>A shard that stands elsewhere (just claimed, or slow) catches up by a cursor of its own and joins the tail at
 *       a snapshot that the tail has read.
 *   <li>The shard's stream pulls chunks; a full buffer leaves the shard behind, never the node.
 * </ol>
 *
 * If the tail's connection dies, every feed fails and every shard must be claimed again: a snapshot in memory means
 * nothing to a database that may have been restarted in between.
 */
final class RingReader {

    /** What the store asks; chunks and failures come back through the futures. */
    sealed interface Command {}

    record Follow(TakeOver.Taken taken) implements Command {}

    record Pull(ShardId shard, long epoch, CompletableFuture<Chunk> chunk) implements Command {}

    record Forget(ShardId shard, long epoch) implements Command {}

    private record Looked(@Nullable TailRead read, @Nullable Throwable failure) implements Command {}

    private record Fetched(
            CatchUp.Fetch fetch,
            CatchUp.@Nullable Result result,
            @Nullable Throwable failure) implements Command {}

    enum Stop implements Command {
        STOP
    }

    private enum Timer implements Command {
        LOOK,
        IDLE,
        CURSORS
    }

    private static final Duration CURSOR_CHECK = Duration.ofMillis(100);

    private final ActorContext<Command> context;
    private final OutboxSettings settings;
    private final ReadSql sql;
    private final JdbcRunner tailLane;
    private final Feeds feeds;
    private final CatchUp catchUp;
    private final TickPace pace;

    private TailRead.@Nullable From tail;
    private Tail state = Tail.RESTING;
    private long lookBeganNanos;

    /** What the tail does: nothing, waiting for its next look, or looking. */
    private enum Tail {
        RESTING,
        PAUSING,
        LOOKING
    }

    private RingReader(
            ActorContext<Command> context,
            TimerScheduler<Command> timers,
            OutboxSettings settings,
            JdbcRunner tailLane,
            JdbcRunner workLane) {
        this.context = context;
        this.settings = settings;
        this.sql = new ReadSql(settings.table(), settings.reader().maxPayload());
        this.tailLane = tailLane;
        this.feeds = new Feeds(settings.reader());
        this.catchUp = new CatchUp(settings.reader(), settings.database().socketTimeout(), sql, workLane, feeds);
        this.pace = new TickPace(settings.reader().tickMin(), settings.reader().tickMax());
        timers.startTimerWithFixedDelay(Timer.IDLE, settings.acknowledge().idleInterval());
        timers.startTimerWithFixedDelay(Timer.CURSORS, CURSOR_CHECK);
    }

    static Behavior<Command> create(OutboxSettings settings, JdbcRunner tailLane, JdbcRunner workLane) {
        return Behaviors.setup(context -> Behaviors.withTimers(
                timers -> new RingReader(context, timers, settings, tailLane, workLane).reading()));
    }

    private Behavior<Command> reading() {
        return Behaviors.receive(Command.class)
                .onMessage(Follow.class, this::onFollow)
                .onMessage(Pull.class, this::onPull)
                .onMessage(Forget.class, this::onForget)
                .onMessage(Looked.class, this::onLooked)
                .onMessage(Fetched.class, this::onFetched)
                .onMessageEquals(Timer.LOOK, this::onLook)
                .onMessageEquals(Timer.IDLE, this::onIdle)
                .onMessageEquals(Timer.CURSORS, this::onCursors)
                .onMessageEquals(Stop.STOP, this::onStop)
                .build();
    }

    private Behavior<Command> onFollow(Follow follow) {
        feeds.remove(follow.taken().claim().shard()).ifPresent(old -> discard(old, "claimed again"));
        feeds.add(new Feed(follow.taken()));
        catchUp.gather();
        if (state == Tail.RESTING) {
            lookAfter(Duration.ZERO);
        }
        return Behaviors.same();
    }

    private Behavior<Command> onPull(Pull pull) {
        Feed feed = feeds.find(pull.shard(), pull.epoch());
        if (feed == null) {
            pull.chunk().completeExceptionally(notFollowed(pull.shard()));
        } else {
            feed.pull(pull.chunk());
            advance();
        }
        return Behaviors.same();
    }

    private static RelayException notFollowed(ShardId shard) {
        return new RelayException(Fault.TRANSIENT, "shard " + shard + " is not followed under this claim any more");
    }

    private Behavior<Command> onForget(Forget forget) {
        Feed feed = feeds.find(forget.shard(), forget.epoch());
        if (feed != null) {
            feeds.remove(forget.shard());
            discard(feed, "released");
        }
        return Behaviors.same();
    }

    private void discard(Feed feed, String reason) {
        catchUp.abandon(feed);
        feed.fail(new RelayException(Fault.TRANSIENT, "shard " + feed.claim.shard() + " was " + reason));
    }

    /** Not the actor system's timer: that one counts in steps of ten milliseconds. */
    private void lookAfter(Duration delay) {
        state = Tail.PAUSING;
        context.pipeToSelf(
                CompletableFuture.supplyAsync(
                        Done::getInstance,
                        CompletableFuture.delayedExecutor(delay.toNanos(), TimeUnit.NANOSECONDS, Runnable::run)),
                (done, failure) -> Timer.LOOK);
    }

    /** Looks for those who stand where the tail stands now. */
    private Behavior<Command> onLook() {
        state = Tail.LOOKING;
        lookBeganNanos = System.nanoTime();
        TailRead.From prev = tail;
        byte[] slots = prev == null ? null : feeds.beginLook();
        boolean flushedOnly = settings.reader().flushedOnly();
        context.pipeToSelf(
                tailLane.submit(
                        "read the tail of " + settings.table(),
                        () -> TailRead.look(tailLane, sql, prev, slots, flushedOnly)),
                Looked::new);
        return Behaviors.same();
    }

    private Behavior<Command> onLooked(Looked looked) {
        state = Tail.RESTING;
        if (looked.read() == null) {
            RelayException cause = RelayException.of(Objects.requireNonNull(looked.failure()));
            tail = null;
            feeds.all().forEach(catchUp::abandon);
            feeds.failAll(cause);
            return Behaviors.same();
        }
        TailRead.From prev = tail;
        tail = looked.read().next();
        if (prev != null) {
            feeds.deal(prev.snapshot(), looked.read());
        }
        advance();
        if (!feeds.isEmpty()) {
            lookAfter(pause(looked.read().rows().size()));
        } else {
            tail = null; // its session may be lost before somebody reads again
        }
        return Behaviors.same();
    }

    /** At least as long as the look took: where looking is expensive, at most half of the time goes into it. */
    private Duration pause(int rows) {
        Duration took = Duration.ofNanos(System.nanoTime() - lookBeganNanos);
        Duration pause = pace.after(rows);
        return took.compareTo(pause) > 0 ? took : pause;
    }

    /** Gives everyone who is behind what he needs next. */
    private void advance() {
        TailRead.From target = tail;
        if (target != null) {
            catchUp.advance(target.snapshot(), state == Tail.LOOKING)
                    .forEach(fetch -> context.pipeToSelf(
                            catchUp.run(fetch), (result, failure) -> new Fetched(fetch, result, failure)));
        }
    }

    private Behavior<Command> onFetched(Fetched fetched) {
        catchUp.fetched(fetched.fetch(), fetched.result(), fetched.failure());
        advance();
        return Behaviors.same();
    }

    private Behavior<Command> onIdle() {
        feeds.all().forEach(Feed::handEmptyChunk);
        return Behaviors.same();
    }

    private Behavior<Command> onCursors() {
        catchUp.closeIdleCursors();
        advance();
        return Behaviors.same();
    }

    private Behavior<Command> onStop() {
        feeds.all().forEach(feed -> discard(feed, "closed with its store"));
        return Behaviors.stopped();
    }
}
