package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Holder;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.postgres.Acknowledgement.Entry;
import io.outboxrelay.store.postgres.Acknowledgement.Found;
import io.outboxrelay.store.postgres.Acknowledgement.Outcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.Done;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Writes the positions of all shards this node owns, coalesced: the newest position of each, all in one statement, at
 * most once per interval.
 *
 * <p>If a write fails, everyone who waits for it fails too, and their shards are claimed again: whether it took effect
 * is read back from the database, never guessed.
 */
final class RingAcks {
    sealed interface Command {}

    /** `session` is the lane's own one, opened before the claim's position was read. */
    record Follow(TakeOver.Taken taken, Object session) implements Command {}

    /** `refusals` are parked in the transaction that writes the position. */
    record Settle(
            ShardId shard,
            long epoch,
            SnapshotPosition position,
            List<Refusal> refusals,
            CompletableFuture<Done> written)
            implements Command {}

    /** Completes when everything settled before is written, or has failed. */
    record Forget(ShardId shard, long epoch, CompletableFuture<Done> forgotten) implements Command {}

    private record Written(
            List<Pending> batch,
            @Nullable Outcome outcome,
            @Nullable Throwable failure) implements Command {}

    enum Stop implements Command {
        STOP
    }

    private enum Timer implements Command {
        FLUSH
    }

    /** A followed claim: its row's place, the last position known to be written, and what waits to be. */
    private static final class Row {
        final ShardId shard;
        final long epoch;
        final Object session;
        String tid;
        SnapshotPosition settled;
        boolean dirty;
        List<Refusal> refusals = new ArrayList<>();
        List<CompletableFuture<Done>> waiting = new ArrayList<>();

        Row(TakeOver.Taken taken, Object session) {
            this.session = session;
            shard = taken.claim().shard();
            epoch = taken.claim().epoch();
            tid = taken.tid();
            settled = taken.position();
        }
    }

    private record Pending(Row row, List<Refusal> refusals, List<CompletableFuture<Done>> waiting) {}

    private final ActorContext<Command> context;
    private final TimerScheduler<Command> timers;
    private final JdbcRunner lane;
    private final Acknowledgement acknowledgement;
    private final Duration interval;
    private final String call;
    private final Map<ShardId, Row> rows = new HashMap<>();
    private long lastWriteNanos;
    private boolean writing;

    private RingAcks(
            ActorContext<Command> context, TimerScheduler<Command> timers, OutboxSettings settings, JdbcRunner lane) {
        this.context = context;
        this.timers = timers;
        this.lane = lane;
        this.acknowledgement = new Acknowledgement(new OutboxSql(settings.table()));
        this.interval = settings.acknowledge().interval();
        this.call = "acknowledge in " + settings.table();
        this.lastWriteNanos = System.nanoTime() - interval.toNanos();
    }

    static Behavior<Command> create(OutboxSettings settings, JdbcRunner lane) {
        return Behaviors.setup(context ->
                Behaviors.withTimers(timers -> new RingAcks(context, timers, settings, lane).acknowledging()));
    }

    private Behavior<Command> acknowledging() {
        return Behaviors.receive(Command.class)
                .onMessage(Follow.class, this::onFollow)
                .onMessage(Settle.class, this::onSettle)
                .onMessage(Forget.class, this::onForget)
                .onMessage(Written.class, this::onWritten)
                .onMessageEquals(Timer.FLUSH, this::onFlush)
                .onMessageEquals(Stop.STOP, this::onStop)
                .build();
    }

    private Behavior<Command> onFollow(Follow follow) {
        Row row = new Row(follow.taken(), follow.session());
        Row old = rows.put(row.shard, row);
        if (old != null) {
            fail(old.waiting, Holder.fenced(old.shard, old.epoch, new Holder(row.epoch, null)));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onSettle(Settle settle) {
        Row row = rows.get(settle.shard());
        if (row == null || row.epoch != settle.epoch()) {
            settle.written().completeExceptionally(notFollowed(settle.shard(), settle.epoch()));
        } else if (!settle.position().covers(row.settled) && !row.settled.covers(settle.position())) {
            settle.written()
                    .completeExceptionally(new IllegalStateException(
                            "shard " + row.shard + " cannot go from " + row.settled + " to " + settle.position()));
        } else {
            row.settled = settle.position().covers(row.settled) ? settle.position() : row.settled;
            row.dirty = true;
            row.refusals.addAll(settle.refusals());
            row.waiting.add(settle.written());
            scheduleFlush();
        }
        return Behaviors.same();
    }

    private Behavior<Command> onForget(Forget forget) {
        Row row = rows.get(forget.shard());
        if (row == null || row.epoch != forget.epoch()) {
            forget.forgotten().complete(Done.getInstance());
        } else if (!row.dirty && row.waiting.isEmpty() && !writing) {
            rows.remove(forget.shard());
            forget.forgotten().complete(Done.getInstance());
        } else {
            afterNextWrite(row, forget);
        }
        return Behaviors.same();
    }

    /** Rides on the next write, whatever its outcome, then asks again. */
    private void afterNextWrite(Row row, Forget forget) {
        CompletableFuture<Done> written = new CompletableFuture<>();
        row.waiting.add(written);
        row.dirty = true;
        context.pipeToSelf(written, (done, failure) -> {
            if (failure != null) {
                forget.forgotten().completeExceptionally(failure);
            }
            return forget;
        });
        scheduleFlush();
    }

    private void scheduleFlush() {
        if (!writing && !timers.isTimerActive(Timer.FLUSH)) {
            long sinceLast = System.nanoTime() - lastWriteNanos;
            long delay = Math.max(0, interval.toNanos() - sinceLast);
            timers.startSingleTimer(Timer.FLUSH, Duration.ofNanos(delay));
        }
    }

    private Behavior<Command> onFlush() {
        List<Pending> batch = new ArrayList<>();
        List<Entry> entries = new ArrayList<>();
        for (Row row : rows.values()) {
            if (row.dirty) {
                batch.add(new Pending(row, row.refusals, row.waiting));
                entries.add(new Entry(
                        row.shard.number(), row.epoch, row.tid, row.session, row.settled, List.copyOf(row.refusals)));
                row.refusals = new ArrayList<>();
                row.waiting = new ArrayList<>();
                row.dirty = false;
            }
        }
        if (!batch.isEmpty()) {
            writing = true;
            context.pipeToSelf(
                    lane.inTransaction(call, connection -> acknowledgement.write(connection, entries)),
                    (outcome, failure) -> new Written(batch, outcome, failure));
        }
        return Behaviors.same();
    }

    private Behavior<Command> onWritten(Written written) {
        writing = false;
        lastWriteNanos = System.nanoTime();
        for (Pending pending : written.batch()) {
            if (written.outcome() == null) {
                fail(pending.waiting(), RelayException.of(Objects.requireNonNull(written.failure())));
            } else {
                conclude(pending, written.outcome());
            }
        }
        if (rows.values().stream().anyMatch(row -> row.dirty)) {
            scheduleFlush();
        }
        return Behaviors.same();
    }

    private void conclude(Pending pending, Outcome outcome) {
        Row row = pending.row();
        String tid = outcome.written().get(row.shard.number());
        Found found = outcome.refused().get(row.shard.number());
        if (outcome.lost().contains(row.shard.number())) {
            fail(pending.waiting(), lane.sessionLost());
        } else if (tid != null) {
            row.tid = tid;
            pending.waiting().forEach(waiting -> waiting.complete(Done.getInstance()));
        } else if (found != null && found.holder().epoch() == row.epoch) {
            row.tid = found.tid(); // the row was moved, not taken: try again
            row.refusals.addAll(0, pending.refusals());
            row.waiting.addAll(0, pending.waiting());
            row.dirty = true;
        } else {
            fail(pending.waiting(), Holder.fenced(row.shard, row.epoch, found == null ? null : found.holder()));
        }
    }

    private static RelayException notFollowed(ShardId shard, long epoch) {
        return new RelayException(Fault.FENCED, "shard " + shard + " is not claimed with epoch " + epoch + " any more");
    }

    private static void fail(List<CompletableFuture<Done>> waiting, RuntimeException cause) {
        waiting.forEach(future -> future.completeExceptionally(cause));
    }

    private Behavior<Command> onStop() {
        rows.values().forEach(row -> fail(row.waiting, notFollowed(row.shard, row.epoch)));
        return Behaviors.stopped();
    }
}
