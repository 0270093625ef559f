package io.outboxrelay.bench;

/**
 * How one competitor did.
 *
 * @param seconds from the first to the last record, by the broker's clock
 * @param startSeconds from the start of its process to the first record
 * @param ownCpu CPU seconds of its process, `postgres` and `kafka` of theirs, its start included
 * @param rssMegabytes the most memory its process had resident
 */
public record BacklogResult(
        String name,
        int events,
        double seconds,
        double startSeconds,
        double ownCpu,
        double postgresCpu,
        double kafkaCpu,
        double rssMegabytes,
        long lost,
        long duplicates,
        long orderViolations,
        long strange) {

    double perSecond() {
        return events / seconds;
    }

    double perMillion(double cpuSeconds) {
        return cpuSeconds * 1e6 / events;
    }
}
