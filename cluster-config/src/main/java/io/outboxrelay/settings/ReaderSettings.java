package io.outboxrelay.settings;

import java.time.Duration;

/**
 * How rows are read: tick, chunk and buffer sizes, catching up.
 *
 * @param flushedOnly whether a row waits until its commit is on the database's disk
 * @param maxPayload bytes; a row with a larger column is not fetched and counts as one that cannot be published
 */
public record ReaderSettings(
        Duration tickMin,
        Duration tickMax,
        int chunkRows,
        long chunkBytes,
        int bufferRows,
        int catchUpConnections,
        Duration catchUpHold,
        boolean flushedOnly,
        long maxPayload) {

    private static final int MAX_BUFFER_ROWS = 1_000_000;

    public ReaderSettings {
        new Rules()
                .between("tick-min", tickMin, Duration.ofMillis(1), Duration.ofSeconds(1))
                .between("tick-max", tickMax, "tick-min", tickMin, Duration.ofSeconds(10))
                .between("chunk-rows", chunkRows, 1, 10_000)
                .that(
                        chunkBytes >= 1L << 10 && chunkBytes <= 64L << 20,
                        "chunk-bytes",
                        chunkBytes,
                        "legal 1 KiB to 64 MiB")
                .versus(
                        bufferRows >= chunkRows && bufferRows <= MAX_BUFFER_ROWS,
                        "buffer-rows",
                        "chunk-rows",
                        bufferRows,
                        "legal chunk-rows (" + chunkRows + ") to " + MAX_BUFFER_ROWS)
                .that(catchUpConnections >= 1, "catch-up-connections", catchUpConnections, "legal 1 to connections - 3")
                .that(
                        maxPayload >= 1L << 10 && maxPayload <= 256L << 20,
                        "max-payload",
                        maxPayload,
                        "legal 1 KiB to 256 MiB")
                .between("catch-up-hold", catchUpHold, Duration.ofMillis(100), Duration.ofMinutes(10))
                .orThrow();
    }
}
