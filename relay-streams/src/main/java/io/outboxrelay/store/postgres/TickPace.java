package io.outboxrelay.store.postgres;

import java.time.Duration;

/** How long the tail waits before it looks again: `min` while rows arrive, slowly more while none do. */
final class TickPace {
    /** Empty looks before slowing down, so that a steady trickle is read at the quick pace. */
    private static final int PATIENCE = 30;

    private final Duration min;
    private final Duration max;
    private int emptyLooks;
    private Duration pause;

    TickPace(Duration min, Duration max) {
        this.min = min;
        this.max = max;
        this.pause = min;
    }

    Duration after(int rows) {
        if (rows > 0) {
            emptyLooks = 0;
            pause = min;
        } else if (++emptyLooks > PATIENCE) {
            pause = pause.multipliedBy(2).compareTo(max) < 0 ? pause.multipliedBy(2) : max;
        }
        return pause;
    }
}
