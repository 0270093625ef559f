package io.outboxrelay.bench.contest;

/**
 * All meters at one moment, or the difference of two.
 *
 * @param ownCpu CPU seconds of the competitor's processes, `postgres` and `kafka` of theirs
 * @param walBytes PostgreSQL has written
 * @param transactions of the competitor's database
 */
record Reading(
        double seconds, double ownCpu, double postgresCpu, double kafkaCpu, double walBytes, double transactions) {

    Reading since(Reading earlier) {
        return new Reading(
                seconds - earlier.seconds,
                ownCpu - earlier.ownCpu,
                postgresCpu - earlier.postgresCpu,
                kafkaCpu - earlier.kafkaCpu,
                walBytes - earlier.walBytes,
                transactions - earlier.transactions);
    }
}
