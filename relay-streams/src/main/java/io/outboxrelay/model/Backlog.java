package io.outboxrelay.model;

import java.time.Duration;

/**
 * Committed rows of a shard that are not acknowledged yet: so many at least where counting was cut off (`capped`).
 * `oldestAge` is zero when none were found.
 */
public record Backlog(long rows, boolean capped, Duration oldestAge) {
    public static final Backlog NONE = new Backlog(0, false, Duration.ZERO);
}
