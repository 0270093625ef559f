package io.outboxrelay.store.postgres;

import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long the server may say nothing before the first row of a catch-up, which it may have to look for: as long as
 * anywhere else, unless that was too short the last time. A server that is gone is so noticed as soon as ever, and one
 * that is slow gets there in the end. Thread-safe.
 */
final class Patience {
    private static final long MOST_MILLIS = Duration.ofMinutes(15).toMillis();
    private static final int MARGIN = 4;

    private final long firstMillis;
    private final AtomicLong millis;

    Patience(Duration first) {
        this.firstMillis = first.toMillis();
        this.millis = new AtomicLong(firstMillis);
    }

    int millis() {
        return (int) millis.get();
    }

    /** It took so long until the first rows came. */
    void began(Duration took) {
        millis.set(bounded(MARGIN * took.toMillis()));
    }

    /** Longer next time, if it was too short. */
    void failed(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SocketTimeoutException) {
                millis.updateAndGet(before -> bounded(2 * before));
                return;
            }
        }
    }

    private long bounded(long wanted) {
        return Math.max(firstMillis, Math.min(MOST_MILLIS, wanted));
    }
}
