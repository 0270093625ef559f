package io.outboxrelay.shard;

import java.util.ArrayList;
import java.util.List;

/** Rows per second over the last few samples of a growing count. Pure. */
record Rate(List<Sample> samples) {
    /** With one sample a second: the last five seconds. */
    private static final int KEPT = 6;

    static final Rate NONE = new Rate(List.of());

    record Sample(long atNanos, long rows) {}

    Rate sampled(long atNanos, long rows) {
        List<Sample> next = new ArrayList<>(samples);
        next.add(new Sample(atNanos, rows));
        return new Rate(List.copyOf(next.subList(Math.max(0, next.size() - KEPT), next.size())));
    }

    double perSecond() {
        if (samples.size() < 2) {
            return 0;
        }
        Sample first = samples.get(0);
        Sample last = samples.get(samples.size() - 1);
        long nanos = last.atNanos() - first.atNanos();
        return nanos <= 0 ? 0 : (last.rows() - first.rows()) * 1e9 / nanos;
    }
}
