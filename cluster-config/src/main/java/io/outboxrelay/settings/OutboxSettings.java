package io.outboxrelay.settings;

import java.time.Duration;
import java.util.regex.Pattern;

/** One outbox: its table, its database, its Kafka and how it is read, published and acknowledged. */
public record OutboxSettings(
        String name,
        String table,
        int shards,
        DatabaseSettings database,
        KafkaSettings kafka,
        ReaderSettings reader,
        PublisherSettings publisher,
        AcknowledgeSettings acknowledge,
        ColumnSettings columns,
        RoutingSettings routing,
        PurgeSettings purge,
        HistoryChange onHistoryChange,
        RetrySettings retry,
        Duration stuckAfter,
        Duration drainTimeout) {

    /** What a shard does whose position was taken in another database, or in a future of this one that is gone. */
    public enum HistoryChange {
        /** Stops and says so. */
        HALT,
        /** Publishes again whatever the table holds and was not acknowledged for certain. */
        REPLAY
    }

    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");
    private static final Pattern TABLE = Pattern.compile("[a-z_][a-z0-9_]*(\\.[a-z_][a-z0-9_]*)?");
    private static final int MAX_TABLE_CHARS = 40;

    /** Connections a catch-up must leave free: one for the tick, one for progress, one for everything else. */
    private static final int RESERVED_CONNECTIONS = 3;

    public OutboxSettings {
        Rules rules = new Rules()
                .that(NAME.matcher(name).matches(), "", name, "an outbox name is legal as " + NAME)
                .that(
                        TABLE.matcher(table).matches() && table.length() <= MAX_TABLE_CHARS,
                        "table",
                        table,
                        "legal " + TABLE + ", at most " + MAX_TABLE_CHARS + " characters")
                .between("shards", shards, 1, 1024)
                .between("stuck-after", stuckAfter, Duration.ofSeconds(1), Duration.ofHours(1))
                .between("drain-timeout", drainTimeout, Duration.ofMillis(100), Duration.ofSeconds(50));
        checkTogether(rules, database, reader, publisher, acknowledge).orThrow();
    }

    /** What one block says must fit what another says. */
    private static Rules checkTogether(
            Rules rules,
            DatabaseSettings database,
            ReaderSettings reader,
            PublisherSettings publisher,
            AcknowledgeSettings acknowledge) {
        int catchUpMax = database.connections() - RESERVED_CONNECTIONS;
        return rules.versus(
                        reader.catchUpConnections() <= catchUpMax,
                        "reader.catch-up-connections",
                        "database.connections",
                        reader.catchUpConnections(),
                        "legal 1 to " + catchUpMax + " (database.connections " + database.connections() + " - "
                                + RESERVED_CONNECTIONS + ")")
                .versus(
                        acknowledge.mode() != AcknowledgeSettings.Mode.RING
                                || database.kind() == DatabaseKind.POSTGRESQL,
                        "acknowledge.mode",
                        "database.url",
                        "ring",
                        "a ring is a PostgreSQL table and database.url is of " + database.kind()
                                + "; legal there: delete | mark")
                .versus(
                        reader.chunkRows() <= publisher.maxInFlight(),
                        "publisher.max-in-flight",
                        "reader.chunk-rows",
                        publisher.maxInFlight(),
                        "legal from reader.chunk-rows (" + reader.chunkRows() + ") on")
                .versus(
                        publisher.delivery() != PublisherSettings.Delivery.EXACTLY_ONCE
                                || acknowledge.mode() == AcknowledgeSettings.Mode.RING,
                        "publisher.delivery",
                        "acknowledge.mode",
                        "exactly-once",
                        "legal with acknowledge.mode = ring only; a plain table cannot be read again as it was");
    }
}
