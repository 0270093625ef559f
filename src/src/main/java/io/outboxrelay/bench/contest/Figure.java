package io.outboxrelay.bench.contest;

/** What is measured; the order is that of the columns. */
public enum Figure {
    EVENTS_PER_SECOND("eventsPerSecond", "events/s"),
    START("firstRecordAfterSeconds", "first record after, s"),
    P50("p50Millis", "p50 ms"),
    P95("p95Millis", "p95 ms"),
    P99("p99Millis", "p99 ms"),
    MAX("maxMillis", "max ms"),
    BACK("flowsAgainAfterSeconds", "flows again after, s"),
    OWN_CPU("ownCpuSecondsPerMillion", "own CPU s per million"),
    POSTGRES_CPU("postgresCpuSecondsPerMillion", "PostgreSQL CPU s per million"),
    KAFKA_CPU("kafkaCpuSecondsPerMillion", "Kafka CPU s per million"),
    OWN_CORE("ownPercentOfCore", "own, % of a core"),
    POSTGRES_CORE("postgresPercentOfCore", "PostgreSQL, % of a core"),
    TRANSACTIONS("transactionsPerSecond", "transactions/s"),
    WAL("walBytesPerEvent", "WAL bytes per event"),
    RSS("peakRssMegabytes", "peak RSS, MB"),
    LOST("lost", "lost"),
    DUPLICATES("duplicates", "duplicates"),
    REORDERED("outOfOrder", "out of order"),
    STRANGE("strange", "strange");

    private final String key;
    private final String title;

    Figure(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /** In JSON. */
    String key() {
        return key;
    }

    String title() {
        return title;
    }
}
