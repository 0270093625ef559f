package io.outboxrelay.store.plain;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.SlotRange;
import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.ReaderSettings;
import io.outboxrelay.store.Holder;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.jdbc.TickPace;
import io.outboxrelay.store.plain.PlainRows.Found;
import io.outboxrelay.store.plain.PlainRows.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Looks for rows on behalf of all shards of this node that have room for some: one statement per tick, however many
 * shards there are. Every look begins at the lowest row that waits, whatever was read already: a transaction that
 * commits late is seen before whatever was written after it.
 *
 * <p>A look is bounded. Where a shard far behind fills it, a shard that found nothing in it looks once more, alone, so
 * that no shard waits for another one's backlog.
 */
final class Lookout {
    private final PlainRows rows;
    private final PlainShards shards;
    private final JdbcRunner lane;
    private final TickPace pace;
    private final long idleNanos;
    private final Queue<Asking> asking = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean scheduled = new AtomicBoolean();
    private volatile Duration pause = Duration.ZERO;

    /** Confined to the lane, like everything in {@link #look}. */
    private long ownersSeenNanos = System.nanoTime();

    /** @param lane of one connection, so that a look never sees less than the one before it */
    Lookout(
            ReaderSettings reader,
            AcknowledgeSettings acknowledge,
            PlainRows rows,
            PlainShards shards,
            JdbcRunner lane) {
        this.rows = rows;
        this.shards = shards;
        this.lane = lane;
        this.pace = new TickPace(reader.tickMin(), reader.tickMax());
        this.idleNanos = acknowledge.idleInterval().toNanos();
    }

    /** A shard with room. Its rows in flight are the look's until it is answered. */
    record Asking(Claim claim, InFlight inFlight, CompletableFuture<List<Place>> answer) {
        Asking(Claim claim, InFlight inFlight) {
            this(claim, inFlight, new CompletableFuture<>());
        }
    }

    /** Places of rows never found before, in order, or none after one look: then ask again, it waits by itself. */
    CompletionStage<List<Place>> next(Claim claim, InFlight inFlight) {
        Asking shard = new Asking(claim, inFlight);
        asking.add(shard);
        if (scheduled.compareAndSet(false, true)) {
            Executor later = CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
            later.execute(this::start);
        }
        return shard.answer();
    }

    private void start() {
        scheduled.set(false); // who asks from here on is served by the next look
        List<Asking> served = new ArrayList<>();
        for (Asking shard = asking.poll(); shard != null; shard = asking.poll()) {
            served.add(shard);
        }
        lane.inTransaction("look for rows", connection -> look(connection, served))
                .whenComplete((found, failure) -> {
                    for (int n = 0; n < served.size(); n++) {
                        if (failure == null) {
                            served.get(n).answer().complete(found.get(n));
                        } else {
                            served.get(n).answer().completeExceptionally(RelayException.of(failure));
                        }
                    }
                });
    }

    /** What each of them did not know yet. */
    List<List<Place>> look(Connection connection, List<Asking> served) throws SQLException {
        int limit = served.stream().mapToInt(shard -> shard.inFlight().limit()).sum();
        Found found = rows.waiting(connection, slots(served), limit);
        List<List<Place>> added = new ArrayList<>();
        int rowsAdded = 0;
        for (Asking shard : served) {
            List<Place> mine = shard.inFlight().admit(found.of(shard.claim().slots()));
            if (mine.isEmpty() && !found.isAll() && served.size() > 1) {
                mine = lookAlone(connection, shard);
            }
            added.add(mine);
            rowsAdded += mine.size();
        }
        pause = pace.after(rowsAdded);
        if (System.nanoTime() - ownersSeenNanos >= idleNanos) {
            ownersSeenNanos = System.nanoTime();
            refuseFormerOwners(connection, served);
        }
        return added;
    }

    private List<Place> lookAlone(Connection connection, Asking shard) throws SQLException {
        Found found = rows.waiting(
                connection, List.of(shard.claim().slots()), shard.inFlight().limit());
        return shard.inFlight().admit(found);
    }

    /** An owner that settles rows meets the epoch there; one that finds none would never notice a newer owner. */
    private void refuseFormerOwners(Connection connection, List<Asking> served) throws SQLException {
        Map<Integer, Holder> holders = shards.holders(connection);
        for (Asking shard : served) {
            Claim claim = shard.claim();
            Holder holder = holders.get(claim.shard().number());
            if (holder == null || holder.epoch() != claim.epoch()) {
                shard.answer().completeExceptionally(Holder.fenced(claim.shard(), claim.epoch(), holder));
            }
        }
    }

    private static List<SlotRange> slots(List<Asking> served) {
        return served.stream().map(shard -> shard.claim().slots()).toList();
    }
}
