package io.outboxrelay.testkit;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.store.OutboxStore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;

/** Reads a claim chunk by chunk, each only when asked for. */
public final class ChunkProbe {
    private final SinkQueueWithCancel<Chunk> queue;
    private final Duration limit;

    private ChunkProbe(SinkQueueWithCancel<Chunk> queue, Duration limit) {
        this.queue = queue;
        this.limit = limit;
    }

    /** `limit` bounds every wait for a chunk. */
    public static ChunkProbe start(OutboxStore store, Claim claim, Materializer materializer, Duration limit) {
        return new ChunkProbe(store.read(claim).runWith(Sink.queue(1), materializer), limit);
    }

    /** The next chunk, when it comes. Ask for one at a time. */
    public CompletableFuture<Optional<Chunk>> pull() {
        return queue.pull().toCompletableFuture();
    }

    /** The next chunk that holds rows. */
    public Chunk chunk() {
        Chunk chunk;
        do {
            chunk = Waits.get(pull(), limit).orElseThrow(() -> new AssertionError("reading ended; it never may"));
        } while (chunk.rows().isEmpty());
        return chunk;
    }

    /** Chunks until they hold `rows` rows; more than that is an error. */
    public List<Chunk> chunks(int rows) {
        List<Chunk> chunks = new ArrayList<>();
        int read = 0;
        while (read < rows) {
            Chunk chunk = chunk();
            chunks.add(chunk);
            read += chunk.rows().size();
        }
        if (read > rows) {
            throw new AssertionError("asked for " + rows + " rows, read " + read + ": " + chunks);
        }
        return chunks;
    }

    public List<OutboxRow> rows(int rows) {
        return rowsOf(chunks(rows));
    }

    public List<String> texts(int rows) {
        return rows(rows).stream().map(row -> TestEvent.of(row).text()).toList();
    }

    public void cancel() {
        queue.cancel();
    }

    public static List<OutboxRow> rowsOf(List<Chunk> chunks) {
        return chunks.stream().flatMap(chunk -> chunk.rows().stream()).toList();
    }
}
