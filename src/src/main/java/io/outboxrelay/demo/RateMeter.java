package io.outboxrelay.demo;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;

/** How fast a growing number grew over the last seconds. */
final class RateMeter {
    private static final long SPAN_NANOS = Duration.ofSeconds(3).toNanos();

    private record Reading(long nanos, long total) {}

    private final Deque<Reading> readings = new ArrayDeque<>();

    /** Takes a reading and returns the rate per second since the oldest one that is kept. */
    double perSecond(long nanos, long total) {
        while (readings.size() > 1 && nanos - readings.getFirst().nanos() > SPAN_NANOS) {
            readings.removeFirst();
        }
        readings.addLast(new Reading(nanos, total));
        Reading oldest = readings.getFirst();
        long tookNanos = nanos - oldest.nanos();
        return tookNanos == 0 ? 0 : (total - oldest.total()) * (double) TimeUnit.SECONDS.toNanos(1) / tookNanos;
    }
}
