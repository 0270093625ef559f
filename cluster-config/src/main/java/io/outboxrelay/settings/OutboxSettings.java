package io.outboxrelay.settings;

import java.time.Duration;

/** One outbox: its table, its database, its Kafka and how it is read, published and acknowledged. */
public record OutboxSettings(
        String name,
        String table,
        int shards,
        DatabaseSettings database,
        KafkaSettings kafka,
        ReaderSettings reader,
        int chunksInFlight,
        AcknowledgeSettings acknowledge,
        Duration purgeInterval,
        RetrySettings retry,
        Duration stuckAfter,
        Duration drainTimeout) {}
