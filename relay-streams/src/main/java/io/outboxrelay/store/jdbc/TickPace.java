package io.outboxrelay.store.jdbc;

import java.time.Duration;

/** How long a reader waits before it looks again: `min` while rows arrive, slowly more while none do. */
public final class TickPace {
    /** Empty looks before slowing down, so that a steady trickle is read at the quick pace. */
    private static final int PATIENCE = 30;

    private final Duration min;
    private final Duration max;
    private int emptyLooks;
    private Duration pause;

    public TickPace(Duration min, Duration max) {
        this.min = min;
        this.max = max;
        this.pause = min;
    }

    public Duration after(int rows) {
        if (rows > 0) {
            emptyLooks = 0;
            pause = min;
        } else if (++emptyLooks > PATIENCE) {
            pause = pause.multipliedBy(2).compareTo(max) < 0 ? pause.multipliedBy(2) : max;
        }
        return pause;
    }
}
