package io.outboxrelay.settings;

import java.time.Duration;

/** The pause after a failure: from `backoffMin`, doubling up to `backoffMax`. */
public record RetrySettings(Duration backoffMin, Duration backoffMax) {
    public RetrySettings {
        new Rules()
                .between("backoff-min", backoffMin, Duration.ofMillis(1), Duration.ofMinutes(1))
                .between("backoff-max", backoffMax, "backoff-min", backoffMin, Duration.ofMinutes(10))
                .orThrow();
    }
}
