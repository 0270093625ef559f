package io.outboxrelay.model;

import java.time.Duration;

/**
 * Committed rows of a shard that are not acknowledged yet. `rows` counts up to `cap` and says `capped` beyond it;
 * `oldestAge` is zero when none wait.
 */
public record Backlog(long rows, boolean capped, Duration oldestAge) {
    public static final Backlog NONE = new Backlog(0, false, Duration.ZERO);
}
