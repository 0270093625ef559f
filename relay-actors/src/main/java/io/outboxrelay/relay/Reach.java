package io.outboxrelay.relay;

import org.jspecify.annotations.Nullable;

/**
 * What one node reaches of an outbox.
 *
 * @param node host:port of the node that looked
 */
public record Reach(String outbox, String node, Side database, Side kafka) {

    /**
     * The database, or Kafka.
     *
     * @param primary whether the database takes writes; null where it did not answer, and of Kafka
     * @param latencyMillis of the look just now, until it answered or failed
     * @param sinceSeconds since when it has been reachable, or not, as far as somebody looked
     * @param lastError of any look, in words; null if there was none
     * @param lastErrorSecondsAgo null if there was none
     */
    public record Side(
            boolean reachable,
            @Nullable Boolean primary,
            double latencyMillis,
            double sinceSeconds,
            @Nullable String lastError,
            @Nullable Double lastErrorSecondsAgo) {}
}
