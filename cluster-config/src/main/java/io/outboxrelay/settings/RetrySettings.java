package io.outboxrelay.settings;

import java.time.Duration;

/** The pause after a failure: from `backoffMin`, doubling up to `backoffMax`. */
public record RetrySettings(Duration backoffMin, Duration backoffMax) {}
