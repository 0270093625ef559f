package io.outboxrelay.settings;

import java.time.Duration;

/** How a sent row is acknowledged, and how often progress is written: while rows flow, and while none do. */
public record AcknowledgeSettings(Mode mode, Duration interval, Duration idleInterval) {

    /** What acknowledging does to the table. */
    public enum Mode {
        /** Nothing: the relay's own table on PostgreSQL, emptied partition by partition. */
        RING,
        /** A sent row is deleted. */
        DELETE,
        /** A sent row stays and is marked with the time. */
        MARK
    }

    public AcknowledgeSettings {
        new Rules()
                .between("interval", interval, Duration.ofMillis(1), Duration.ofSeconds(10))
                .between("idle-interval", idleInterval, "interval", interval, Duration.ofMinutes(10))
                .orThrow();
    }
}
