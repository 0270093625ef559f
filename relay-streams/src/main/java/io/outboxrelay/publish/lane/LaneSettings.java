package io.outboxrelay.publish.lane;

import io.outboxrelay.settings.KafkaSettings;
import java.time.Duration;

/**
 * How the lanes of one outbox work.
 *
 * @param outbox the name of the outbox; part of every lane's id
 * @param kafka the cluster; its properties may change the producer's timeouts, not what exactly-once rests on
 * @param positionTopic the compacted topic of the position records
 * @param positionPartitions the number of partitions the topic gets if it does not exist
 * @param maxRows the rows a transaction holds at most; a single larger send still goes whole
 * @param maxBytes the bytes of keys, values and headers a transaction holds at most, likewise
 * @param maxPayload the largest payload in bytes, for the size of requests
 * @param restBetween how long a lane gathers sends after a commit: Kafka answers a commit before its markers are written,
 *     and a transaction begun before that has to wait for its broker's back-off, 20 ms by default
 *     (`add.partitions.to.txn.retry.backoff.ms`)
 * @param closeWithin how long the end of a lane waits for Kafka to take back its open transaction
 * @param fenceWithin how long a fence waits for Kafka before it fails TRANSIENT
 */
public record LaneSettings(
        String outbox,
        KafkaSettings kafka,
        String positionTopic,
        int positionPartitions,
        int maxRows,
        long maxBytes,
        long maxPayload,
        Duration restBetween,
        Duration closeWithin,
        Duration fenceWithin) {

    public LaneSettings {
        if (positionPartitions < 1 || maxRows < 1 || maxBytes < 1) {
            throw new IllegalArgumentException("position partitions " + positionPartitions + ", rows " + maxRows
                    + " and bytes " + maxBytes + " of a transaction, legal: 1 or more");
        }
    }

    /** The defaults. */
    public static LaneSettings of(String outbox, KafkaSettings kafka, long maxPayload) {
        return new LaneSettings(
                outbox,
                kafka,
                "outbox-relay.positions." + outbox,
                8,
                16_000,
                16 << 20,
                maxPayload,
                Duration.ofMillis(5),
                Duration.ofSeconds(5),
                Duration.ofSeconds(30));
    }

    String lanePrefix() {
        return "outbox-relay-" + outbox + "-";
    }
}
