package io.outboxrelay.demo;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** Hands out moments at which the next event may be written; what could not be used for 100 ms is not made up for. */
final class Pacer {
    private static final long LONGEST_CATCH_UP_NANOS = Duration.ofMillis(100).toNanos();

    private final long nanosPerEvent;
    private final LongSupplier nanoTime;
    private final AtomicLong next;

    /** @param eventsPerSecond 0 for no limit */
    Pacer(int eventsPerSecond, LongSupplier nanoTime) {
        this.nanosPerEvent = eventsPerSecond == 0 ? 0 : TimeUnit.SECONDS.toNanos(1) / eventsPerSecond;
        this.nanoTime = nanoTime;
        this.next = new AtomicLong(nanoTime.getAsLong());
    }

    /** Takes the turn of so many events; returns the nanoseconds to wait before it, 0 or less for none. */
    long takeTurn(int events) {
        if (nanosPerEvent == 0) {
            return 0;
        }
        long now = nanoTime.getAsLong();
        long turn = next.getAndUpdate(
                previous -> Math.max(previous, now - LONGEST_CATCH_UP_NANOS) + events * nanosPerEvent);
        return Math.max(turn, now - LONGEST_CATCH_UP_NANOS) - now;
    }
}
