package io.outboxrelay.bench.contest;

/**
 * What Debezium Server is set for.
 *
 * @param pollMillis how long it waits where its queue was empty
 * @param lingerMillis how long its producer waits for a batch to fill
 */
record Tuning(int pollMillis, int lingerMillis) {
    static final Tuning THROUGHPUT = new Tuning(5, 5);
    static final Tuning LATENCY = new Tuning(1, 0);
}
