package io.outboxrelay.settings;

import java.time.Duration;

/** How often progress is written: while rows flow, and while none do. */
public record AcknowledgeSettings(Duration interval, Duration idleInterval) {
    public AcknowledgeSettings {
        new Rules()
                .between("interval", interval, Duration.ofMillis(1), Duration.ofSeconds(10))
                .between("idle-interval", idleInterval, "interval", interval, Duration.ofMinutes(10))
                .orThrow();
    }
}
