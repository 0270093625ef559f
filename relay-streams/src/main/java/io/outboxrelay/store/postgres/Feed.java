package io.outboxrelay.store.postgres;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** What the reader knows of one claimed shard. Confined to the reader's actor. */
final class Feed {
    /** Who reads for this shard at the moment. */
    enum Mode {
        /** The node's shared tail. */
        TAIL,
        /** Nobody: it is behind the tail and waits for room or for a connection. */
        BEHIND,
        /** A page of its group's cursor is being fetched. */
        FETCHING,
        /** Its group's cursor is open, and waits until everyone in it has room. */
        OPEN
    }

    final Claim claim;

    /** From here on the shard reads what all others read; null if from the start. See {@link ReshardPlan}. */
    final @Nullable Snapshot passedAt;

    Mode mode = Mode.BEHIND;

    /** After the last row read from the database. */
    SnapshotPosition read;

    /** After the last chunk handed to the stream. */
    SnapshotPosition handed;

    /** Whom it reads together with while it is FETCHING or OPEN. */
    @Nullable
    Group group;

    /** Reads the interval it is in by itself, because it could not be read together with others. */
    boolean alone;

    private final ArrayDeque<Ready> ready = new ArrayDeque<>();
    private int readyRows;
    private long readyBytes;
    private @Nullable CompletableFuture<Chunk> puller;
    private @Nullable RelayException failure;

    Feed(TakeOver.Taken taken) {
        this.claim = taken.claim();
        this.passedAt = taken.passedAt();
        this.read = taken.position();
        this.handed = read;
    }

    /** Weighed once: that touches every row. */
    private record Ready(Chunk chunk, long bytes) {}

    void add(List<Chunk> chunks) {
        for (Chunk chunk : chunks) {
            Ready next = new Ready(chunk, bytes(chunk));
            ready.add(next);
            readyRows += chunk.rows().size();
            readyBytes += next.bytes();
        }
        serve();
    }

    /** The stream wants a chunk; it asks for one at a time. */
    void pull(CompletableFuture<Chunk> request) {
        if (failure != null) {
            request.completeExceptionally(failure);
            return;
        }
        puller = request;
        serve();
    }

    private void serve() {
        if (puller != null && !ready.isEmpty()) {
            Ready next = ready.remove();
            readyRows -= next.chunk().rows().size();
            readyBytes -= next.bytes();
            hand(next.chunk(), puller);
        }
    }

    /** Lets the stream settle that there was nothing to read up to here. */
    void handEmptyChunk() {
        if (puller != null && ready.isEmpty() && !read.equals(handed)) {
            hand(new Chunk(claim.shard(), List.of(), read), puller);
        }
    }

    private void hand(Chunk chunk, CompletableFuture<Chunk> to) {
        puller = null;
        handed = (SnapshotPosition) chunk.end();
        to.complete(chunk);
    }

    /** Whether rows after this snapshot belong to nobody who acknowledged them before. */
    boolean hasPassed(Snapshot snapshot) {
        return passedAt == null || snapshot.covers(passedAt);
    }

    boolean hasRoom(int bufferRows, long bufferBytes) {
        return failure == null && readyRows < bufferRows && readyBytes < bufferBytes;
    }

    boolean overlaps(Feed other) {
        return claim.slots().meets(other.claim.slots()).isPresent();
    }

    /** Whether its stream has taken everything there was and waits for more. */
    boolean isDry() {
        return ready.isEmpty() && puller != null;
    }

    boolean failed() {
        return failure != null;
    }

    /** The stream learns it with its next pull; rows read and not handed on are dropped, they will be read again. */
    void fail(RelayException cause) {
        failure = cause;
        ready.clear();
        if (puller != null) {
            puller.completeExceptionally(cause);
            puller = null;
        }
    }

    private static long bytes(Chunk chunk) {
        return chunk.rows().stream().mapToLong(OutboxRow::weight).sum();
    }
}
