package io.outboxrelay.shard;

import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.settings.PurgeSettings;
import io.outboxrelay.settings.ReaderSettings;
import io.outboxrelay.settings.RetrySettings;
import io.outboxrelay.settings.Secret;
import java.time.Duration;
import java.util.Map;

/** Settings of outboxes that no database or Kafka stands behind. */
public final class TestSettings {
    private TestSettings() {}

    public static DatabaseSettings database() {
        return new DatabaseSettings(
                "jdbc:postgresql://nowhere/none",
                "nobody",
                new Secret(""),
                4,
                Duration.ofSeconds(1),
                Duration.ofSeconds(1),
                Map.of());
    }

    public static OutboxSettings outbox(String name, RetrySettings retry, Duration drainTimeout) {
        return outbox(name, retry, drainTimeout, 400);
    }

    /**
     * With a window of its own.
     *
     * @param maxInFlight rows of a shard that are published and not settled
     */
    public static OutboxSettings outbox(String name, RetrySettings retry, Duration drainTimeout, int maxInFlight) {
        return new OutboxSettings(
                name,
                "outbox",
                4,
                database(),
                new KafkaSettings("nowhere:9092", KafkaSettings.Compression.NONE, Map.of()),
                new ReaderSettings(
                        Duration.ofMillis(3),
                        Duration.ofMillis(25),
                        10,
                        1024,
                        100,
                        1,
                        Duration.ofSeconds(1),
                        false,
                        1000 << 10),
                new PublisherSettings(
                        PublisherSettings.Delivery.AT_LEAST_ONCE,
                        maxInFlight,
                        PublisherSettings.OnPoison.PARK_AND_BLOCK_KEY,
                        "",
                        1_000,
                        Duration.ofMillis(200),
                        ""),
                new AcknowledgeSettings(AcknowledgeSettings.Mode.RING, Duration.ofMillis(20), Duration.ofSeconds(1)),
                new ColumnSettings(
                        "id", "aggregatetype", "aggregateid", "type", "payload", "", "", "seq", "published_at", ""),
                io.outboxrelay.testkit.TestSettings.ROUTING,
                new PurgeSettings(Duration.ofMillis(100), Duration.ofMinutes(10)),
                OutboxSettings.HistoryChange.HALT,
                retry,
                Duration.ofSeconds(10),
                drainTimeout);
    }

    /** Retries at once, drains for as long as a slow machine may need. */
    public static OutboxSettings outbox(String name) {
        return outbox(name, new RetrySettings(Duration.ofMillis(10), Duration.ofMillis(50)), Duration.ofSeconds(30));
    }
}
