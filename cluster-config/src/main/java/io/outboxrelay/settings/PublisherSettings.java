package io.outboxrelay.settings;

import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * How rows are handed to Kafka, and what becomes of those it does not take.
 *
 * @param maxInFlight rows of one shard handed to Kafka and not yet settled: what a crash repeats at most (the window W)
 * @param deadLetterTopic receives a copy of each record that can never be published; empty: there is none
 * @param maxParked rows of one shard that may be put aside before it halts
 * @param topicCheckInterval how often a topic that cannot be written to is looked at again
 * @param deliveryHeader name of the header by which a record says who sent it, and as which of theirs; empty: none
 */
public record PublisherSettings(
        Delivery delivery,
        int maxInFlight,
        OnPoison onPoison,
        String deadLetterTopic,
        int maxParked,
        Duration topicCheckInterval,
        String deliveryHeader) {

    /** What a consumer may meet. */
    public enum Delivery {
        /** Every event; after a failure some of them again. */
        AT_LEAST_ONCE,
        /** Every event once, where it reads committed records only: rows and position travel in one transaction. */
        EXACTLY_ONCE;

        /** As it is written in a configuration. */
        @Override
        public String toString() {
            return name().replace('_', '-').toLowerCase(Locale.ROOT);
        }
    }

    /** What happens to a row that can never be published as it is. */
    public enum OnPoison {
        /** It is put aside, and so are later rows of its aggregate, until a person decides; all others go on. */
        PARK_AND_BLOCK_KEY,
        /** It is put aside; later rows of its aggregate go on without it. */
        PARK_AND_CONTINUE,
        /** Its shard stops before it. */
        HALT_SHARD;

        /** As it is written in a configuration. */
        @Override
        public String toString() {
            return name().replace('_', '-').toLowerCase(Locale.ROOT);
        }
    }

    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    private static final Pattern HEADER = Pattern.compile("[!-~]{1,60}");

    public PublisherSettings {
        new Rules()
                .between("max-in-flight", maxInFlight, 1, 1_000_000)
                .that(
                        deadLetterTopic.isEmpty()
                                || TOPIC.matcher(deadLetterTopic).matches(),
                        "dead-letter-topic",
                        deadLetterTopic,
                        "legal " + TOPIC + ", or empty")
                .between("max-parked", maxParked, 1, 10_000_000)
                .between("topic-check-interval", topicCheckInterval, Duration.ofMillis(100), Duration.ofMinutes(10))
                .that(
                        deliveryHeader.isEmpty()
                                || HEADER.matcher(deliveryHeader).matches(),
                        "delivery-header",
                        deliveryHeader,
                        "legal " + HEADER + ", or empty")
                .orThrow();
    }
}
