package io.outboxrelay.testkit;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.NotUsed;
import org.apache.pekko.japi.Pair;
import org.apache.pekko.stream.javadsl.Source;

/** Reads one claim: interval after interval between two snapshots, each by seq, and waits where nothing is new. */
final class InMemoryReader {
    private final InMemoryTable table;
    private final Claim claim;
    private final int chunkRows;
    private final Runnable beforeEachRead;

    /** Where reading stands, and the rows of the begun interval that are still to come. */
    private record Reading(Mark at, List<OutboxRow> rest) {}

    /** `beforeEachRead` may throw what the read is to fail with. */
    InMemoryReader(InMemoryTable table, Claim claim, int chunkRows, Runnable beforeEachRead) {
        this.table = table;
        this.claim = claim;
        this.chunkRows = chunkRows;
        this.beforeEachRead = beforeEachRead;
    }

    Source<Chunk, NotUsed> source() {
        Mark at = (Mark) claim.position();
        return Source.lazySource(() -> Source.unfoldAsync(resumed(at), this::next))
                .mapMaterializedValue(started -> NotUsed.getInstance());
    }

    private Reading resumed(Mark at) {
        List<OutboxRow> rest = table.rows(claim.slots(), at.prev(), at.cur()).stream()
                .filter(row -> row.seq() > at.seq())
                .toList();
        return new Reading(at, rest);
    }

    private CompletionStage<Optional<Pair<Reading, Chunk>>> next(Reading reading) {
        try {
            beforeEachRead.run();
        } catch (RuntimeException planned) {
            return CompletableFuture.failedFuture(planned);
        }
        Reading now = reading.rest().isEmpty() ? nextInterval(reading.at().cur()) : reading;
        if (now.rest().isEmpty()) {
            return table.commitAfter(now.at().prev()).thenCompose(arrived -> next(now));
        }
        return CompletableFuture.completedFuture(Optional.of(cut(now)));
    }

    private Reading nextInterval(long prev) {
        long cur = table.snapshot();
        List<OutboxRow> rows = table.rows(claim.slots(), prev, cur);
        return rows.isEmpty() ? new Reading(Mark.after(cur), rows) : new Reading(new Mark(prev, cur, 0), rows);
    }

    private Pair<Reading, Chunk> cut(Reading reading) {
        int size = Math.min(chunkRows, reading.rest().size());
        List<OutboxRow> rows = reading.rest().subList(0, size);
        List<OutboxRow> rest = reading.rest().subList(size, reading.rest().size());
        Mark at = reading.at();
        Position end = rest.isEmpty()
                ? Mark.after(at.cur())
                : new Mark(at.prev(), at.cur(), rows.get(size - 1).seq());
        return Pair.create(new Reading((Mark) end, rest), new Chunk(claim.shard(), List.copyOf(rows), end));
    }
}
