package io.outboxrelay.settings;

import java.time.Duration;

/** How often drained parts of the table are emptied, and how old a sent row may get in the part being written. */
public record PurgeSettings(Duration interval, Duration advanceAfter) {
    public PurgeSettings {
        new Rules()
                .between("interval", interval, Duration.ofMillis(100), Duration.ofHours(1))
                .between("advance-after", advanceAfter, Duration.ofSeconds(1), Duration.ofDays(30))
                .orThrow();
    }
}
