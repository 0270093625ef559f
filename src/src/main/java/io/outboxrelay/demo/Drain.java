package io.outboxrelay.demo;

import java.time.Duration;

/** Waits for the last events: until all have arrived and nothing follows for a moment, or nothing moves any more. */
final class Drain {
    /** A repeat or something rolled back would follow within this. */
    private static final Duration QUIET = Duration.ofSeconds(1);

    /** What the wait has come to. */
    enum State {
        WAITING,
        ARRIVED,
        STUCK
    }

    private final long expected;
    private final Duration patience;
    private long records = -1;
    private long movedNanos;

    /** @param patience how long without a single record is too long */
    Drain(long expected, Duration patience) {
        this.expected = expected;
        this.patience = patience;
    }

    State look(Checker.Findings findings, long nowNanos) {
        if (findings.records() != records) {
            records = findings.records();
            movedNanos = nowNanos;
        }
        long restedNanos = nowNanos - movedNanos;
        if (findings.distinct() >= expected) {
            return restedNanos >= QUIET.toNanos() ? State.ARRIVED : State.WAITING;
        }
        return restedNanos >= patience.toNanos() ? State.STUCK : State.WAITING;
    }
}
