package io.outboxrelay.demo;

import java.util.Arrays;

/**
 * Times from just before commit to the consumer. All of them go into a histogram whose buckets are 3 % wide, and the
 * most recent ones are kept exactly for the live view.
 */
final class Latencies {
    /** Percentiles in microseconds; `count` says of how many. */
    record Summary(long count, long p50Micros, long p99Micros, long maxMicros) {
        static final Summary NONE = new Summary(0, 0, 0, 0);
    }

    static final int RECENT = 5_000;

    private static final int STEPS_PER_DOUBLING = 32;

    private final long[] buckets = new long[64 * STEPS_PER_DOUBLING];
    private final long[] recent = new long[RECENT];
    private long count;
    private long max;

    synchronized void add(long micros) {
        long atLeastOne = Math.max(1, micros);
        buckets[bucketOf(atLeastOne)]++;
        recent[(int) (count % RECENT)] = atLeastOne;
        count++;
        max = Math.max(max, atLeastOne);
    }

    /** Over everything; p50 and p99 are the upper ends of their buckets. */
    synchronized Summary total() {
        return count == 0 ? Summary.NONE : new Summary(count, bucketed(0.50), bucketed(0.99), max);
    }

    /** Over the last {@link #RECENT}, exact. */
    synchronized Summary lately() {
        int size = (int) Math.min(count, RECENT);
        if (size == 0) {
            return Summary.NONE;
        }
        long[] sorted = Arrays.copyOf(recent, size);
        Arrays.sort(sorted);
        return new Summary(size, sorted[rank(size, 0.50)], sorted[rank(size, 0.99)], sorted[size - 1]);
    }

    private long bucketed(double part) {
        long wanted = (long) Math.ceil(part * count);
        long passed = 0;
        for (int bucket = 0; bucket < buckets.length; bucket++) {
            passed += buckets[bucket];
            if (passed >= wanted) {
                return Math.min(max, upperEnd(bucket));
            }
        }
        return max;
    }

    private static int rank(int size, double part) {
        return Math.max(0, (int) Math.ceil(part * size) - 1);
    }

    private static int bucketOf(long micros) {
        return (int) (Math.log((double) micros) / Math.log(2) * STEPS_PER_DOUBLING);
    }

    private static long upperEnd(int bucket) {
        return (long) Math.ceil(Math.pow(2, (bucket + 1) / (double) STEPS_PER_DOUBLING));
    }
}
