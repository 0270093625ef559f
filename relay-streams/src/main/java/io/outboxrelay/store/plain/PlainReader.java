package io.outboxrelay.store.plain;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.jdbc.TickPace;
import io.outboxrelay.store.plain.PlainRows.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Reads one claim's rows for one stream, which asks for one step at a time. Every look begins at the lowest row that
 * waits, whatever was read already: a transaction that commits late is seen before whatever was written after it.
 */
final class PlainReader {
    private final Claim claim;
    private final PlainRows rows;
    private final JdbcRunner lane;
    private final int chunkRows;
    private final long chunkBytes;
    private final long idleNanos;
    private final TickPace pace;
    private final InFlight inFlight;

    /** Places found by the last look and not read yet. */
    private List<Place> planned = List.of();

    private PlainPosition end;
    private Duration pause = Duration.ZERO;
    private long handedNanos = System.nanoTime();

    PlainReader(OutboxSettings settings, Claim claim, PlainRows rows, JdbcRunner lane) {
        this.claim = claim;
        this.rows = rows;
        this.lane = lane;
        this.chunkRows = settings.reader().chunkRows();
        this.chunkBytes = settings.reader().chunkBytes();
        this.idleNanos = settings.acknowledge().idleInterval().toNanos();
        this.pace = new TickPace(settings.reader().tickMin(), settings.reader().tickMax());
        this.inFlight = new InFlight(settings.reader().bufferRows());
        this.end = (PlainPosition) claim.position();
    }

    /** The next chunk, or none when there is nothing yet: then ask again, it waits by itself. */
    CompletionStage<List<Chunk>> next() {
        return after(pause).thenCompose(passed -> lane.inTransaction("read shard " + claim.shard(), this::step));
    }

    private static CompletableFuture<Boolean> after(Duration pause) {
        if (pause.isZero()) {
            return CompletableFuture.completedFuture(true);
        }
        Executor later = CompletableFuture.delayedExecutor(pause.toNanos(), TimeUnit.NANOSECONDS, Runnable::run);
        return CompletableFuture.supplyAsync(() -> true, later);
    }

    /** Without rows for long, an empty chunk meets the epoch when it is settled, so that an owner of old notices. */
    private List<Chunk> step(Connection connection) throws SQLException {
        if (planned.isEmpty()) {
            int limit = inFlight.limit();
            planned = inFlight.admit(rows.waiting(connection, claim.slots(), limit), limit);
        }
        List<OutboxRow> read = planned.isEmpty() ? List.of() : readPlanned(connection);
        Duration tick = pace.after(read.size());
        pause = planned.isEmpty() ? tick : Duration.ZERO;
        if (read.isEmpty() && System.nanoTime() - handedNanos < idleNanos) {
            return List.of();
        }
        handedNanos = System.nanoTime();
        if (read.isEmpty()) {
            end = end.thenNothing();
        }
        return List.of(new Chunk(claim.shard(), read, end));
    }

    private List<OutboxRow> readPlanned(Connection connection) throws SQLException {
        List<Place> wanted = planned.subList(0, Math.min(chunkRows, planned.size()));
        List<OutboxRow> read = rows.read(connection, wanted, chunkBytes);
        Set<String> names = read.stream().map(OutboxRow::id).collect(Collectors.toSet());
        boolean cutShort = PlainRows.fills(read, chunkBytes);
        List<Place> left = new ArrayList<>();
        List<Object> ids = new ArrayList<>();
        for (Place place : wanted) {
            if (names.contains(place.name())) {
                ids.add(place.id());
            } else if (cutShort) {
                left.add(place); // otherwise somebody deleted it
            }
        }
        left.addAll(planned.subList(wanted.size(), planned.size()));
        planned = left;
        if (!read.isEmpty()) {
            end = end.then(ids, read.get(read.size() - 1).seq());
        }
        return read;
    }
}
