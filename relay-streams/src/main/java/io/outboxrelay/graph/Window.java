package io.outboxrelay.graph;

import io.outboxrelay.model.Chunk;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * The rows of one stream that were handed to the publisher and are not settled (the window W): bounded, because that is
 * what a crash repeats. Thread-safe; one chunk waits at a time.
 */
final class Window {
    private final int maxRows;
    private int rows;
    private @Nullable Waiting waiting;

    private record Waiting(Chunk chunk, CompletableFuture<Chunk> entered) {}

    /** @param maxRows a chunk that is larger goes alone */
    Window(int maxRows) {
        this.maxRows = maxRows;
    }

    /** Completes once there is room for the chunk, which it then takes. */
    CompletionStage<Chunk> enter(Chunk chunk) {
        synchronized (this) {
            if (!takeRoom(chunk)) {
                if (waiting != null) {
                    throw new IllegalStateException(
                            "a chunk is waiting already: " + waiting.chunk().end());
                }
                waiting = new Waiting(chunk, new CompletableFuture<>());
                return waiting.entered();
            }
        }
        return CompletableFuture.completedFuture(chunk);
    }

    /** The chunk is settled. */
    void leave(Chunk chunk) {
        Waiting next;
        synchronized (this) {
            rows -= chunk.rows().size();
            next = waiting;
            if (next == null || !takeRoom(next.chunk())) {
                return;
            }
            waiting = null;
        }
        next.entered().complete(next.chunk());
    }

    private boolean takeRoom(Chunk chunk) {
        int wanted = chunk.rows().size();
        boolean room = rows == 0 || rows + wanted <= maxRows;
        rows += room ? wanted : 0;
        return room;
    }
}
