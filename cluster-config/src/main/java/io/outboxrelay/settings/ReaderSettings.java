package io.outboxrelay.settings;

import java.time.Duration;

/** How rows are read: tick, chunk and buffer sizes, catching up. */
public record ReaderSettings(
        Duration tickMin,
        Duration tickMax,
        int chunkRows,
        long chunkBytes,
        int bufferRows,
        int catchUpConnections,
        Duration catchUpHold) {}
