package io.outboxrelay.graph;

import java.time.Duration;

/** Pauses between attempts: `min`, doubled with every failure in a row, never more than `max`. Pure. */
public record Backoff(Duration min, Duration max) {
    public Backoff {
        if (min.isNegative() || min.isZero() || max.compareTo(min) < 0) {
            throw new IllegalArgumentException("backoff " + min + " to " + max + ", legal: 0 < min <= max");
        }
    }

    /**
     * The pause before the next attempt.
     *
     * @param failures failures in a row so far, 1 or more
     * @param spread 0 to 1, where in the last fifth of the pause it falls; random in practice, so that shards do not
     *     come back in step
     */
    public Duration pause(int failures, double spread) {
        if (failures < 1 || spread < 0 || spread > 1) {
            throw new IllegalArgumentException("failures = " + failures + ", spread = " + spread);
        }
        double full = Math.min((double) max.toNanos(), (double) min.toNanos() * Math.pow(2, failures - 1));
        return Duration.ofNanos((long) (full * (0.8 + 0.2 * spread)));
    }
}
