package io.outboxrelay.store.plain;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.ReaderSettings;
import io.outboxrelay.store.jdbc.JdbcRunner;
import io.outboxrelay.store.plain.PlainRows.Place;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;

/** Reads one claim's rows for one stream, which asks for one step at a time: look, then read what was found. */
final class PlainReader {
    private final Claim claim;
    private final PlainRows rows;
    private final Lookout lookout;
    private final JdbcRunner lane;
    private final int chunkRows;
    private final long chunkBytes;
    private final InFlight inFlight;

    /** Places found by the last look and not read yet. */
    private List<Place> planned = List.of();

    private PlainPosition end;

    PlainReader(ReaderSettings settings, Claim claim, PlainRows rows, Lookout lookout, JdbcRunner lane) {
        this.claim = claim;
        this.rows = rows;
        this.lookout = lookout;
        this.lane = lane;
        this.chunkRows = settings.chunkRows();
        this.chunkBytes = settings.chunkBytes();
        this.inFlight = new InFlight(settings.bufferRows());
        this.end = (PlainPosition) claim.position();
    }

    /** The next chunk, or none when there is nothing yet: then ask again, it waits by itself. */
    CompletionStage<List<Chunk>> next() {
        if (planned.isEmpty()) {
            return lookout.next(claim, inFlight).thenApply(found -> {
                planned = found;
                return List.of();
            });
        }
        return lane.inTransaction("read shard " + claim.shard(), connection -> {
            List<OutboxRow> read = readPlanned(connection);
            return read.isEmpty() ? List.of() : List.of(new Chunk(claim.shard(), read, end));
        });
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
