package io.outboxrelay.testkit;

import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.CloudEventSettings;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.JsonSettings;
import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.settings.PurgeSettings;
import io.outboxrelay.settings.ReaderSettings;
import io.outboxrelay.settings.RetrySettings;
import io.outboxrelay.settings.RoutingSettings;
import io.outboxrelay.settings.RowField;
import io.outboxrelay.settings.Secret;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Settings as tests need them: the defaults, with small buffers so that their limits are met. */
public final class TestSettings {
    /** For settings of which only the Kafka part is used. */
    public static final String NO_DATABASE = "jdbc:postgresql://127.0.0.1:1/none";
    /** For settings of which only the database part is used. */
    public static final String NO_KAFKA = "127.0.0.1:1";

    /** The columns of the outbox table that the tests create for stores of plain tables. */
    public static final ColumnSettings COLUMNS = new ColumnSettings(
            "id", "aggregatetype", "aggregateid", "type", "payload", "", "created_at", "seq", "published_at", "");

    /** Records as Debezium's outbox event router writes them by default. */
    public static final RoutingSettings ROUTING = new RoutingSettings(
            "outbox.event.{aggregatetype}",
            RowField.of(RowField.Column.AGGREGATETYPE),
            "",
            "",
            RoutingSettings.Key.AGGREGATEID,
            RoutingSettings.RecordTime.CREATED_AT,
            List.of(),
            false,
            new JsonSettings(false, false, false),
            new CloudEventSettings(CloudEventSettings.Mode.NONE, "/outbox-relay", "application/json"));

    /** The defaults, with topics looked at often. */
    public static final PublisherSettings PUBLISHER = new PublisherSettings(
            PublisherSettings.Delivery.AT_LEAST_ONCE,
            800,
            PublisherSettings.OnPoison.PARK_AND_BLOCK_KEY,
            "",
            100_000,
            Duration.ofMillis(200),
            "");

    private TestSettings() {}

    /** The same outbox, published otherwise. */
    public static OutboxSettings publishing(PublisherSettings publisher, OutboxSettings outbox) {
        return new OutboxSettings(
                outbox.name(),
                outbox.table(),
                outbox.shards(),
                outbox.database(),
                outbox.kafka(),
                outbox.reader(),
                publisher,
                outbox.acknowledge(),
                outbox.columns(),
                outbox.routing(),
                outbox.purge(),
                outbox.onHistoryChange(),
                outbox.retry(),
                outbox.stuckAfter(),
                outbox.drainTimeout());
    }

    /** The same outbox, for another Kafka. */
    public static OutboxSettings kafka(KafkaSettings kafka, OutboxSettings outbox) {
        return new OutboxSettings(
                outbox.name(),
                outbox.table(),
                outbox.shards(),
                outbox.database(),
                kafka,
                outbox.reader(),
                outbox.publisher(),
                outbox.acknowledge(),
                outbox.columns(),
                outbox.routing(),
                outbox.purge(),
                outbox.onHistoryChange(),
                outbox.retry(),
                outbox.stuckAfter(),
                outbox.drainTimeout());
    }

    /** A database by its URL, under the relay's role. */
    public static DatabaseSettings database(String url) {
        return database(url, DocumentedRoles.RELAY);
    }

    /** A database under a user whose password is its name. */
    public static DatabaseSettings database(String url, String user) {
        return new DatabaseSettings(
                url, user, new Secret(user), 8, Duration.ofSeconds(30), Duration.ofSeconds(30), Map.of());
    }

    /** The same outbox under another database role. */
    public static OutboxSettings as(String user, OutboxSettings outbox) {
        return with(outbox, database(outbox.database().url(), user), outbox.reader(), outbox.purge());
    }

    /** The same outbox, purged otherwise. */
    public static OutboxSettings purging(PurgeSettings purge, OutboxSettings outbox) {
        return with(outbox, outbox.database(), outbox.reader(), purge);
    }

    /** The same outbox, in which shards act like this on positions of another database. */
    public static OutboxSettings onHistoryChange(OutboxSettings.HistoryChange action, OutboxSettings outbox) {
        return with(outbox, outbox.database(), outbox.reader(), outbox.purge(), action);
    }

    private static OutboxSettings with(
            OutboxSettings outbox, DatabaseSettings database, ReaderSettings reader, PurgeSettings purge) {
        return with(outbox, database, reader, purge, outbox.onHistoryChange());
    }

    private static OutboxSettings with(
            OutboxSettings outbox,
            DatabaseSettings database,
            ReaderSettings reader,
            PurgeSettings purge,
            OutboxSettings.HistoryChange onHistoryChange) {
        return new OutboxSettings(
                outbox.name(),
                outbox.table(),
                outbox.shards(),
                database,
                outbox.kafka(),
                reader,
                outbox.publisher(),
                outbox.acknowledge(),
                outbox.columns(),
                outbox.routing(),
                purge,
                onHistoryChange,
                outbox.retry(),
                outbox.stuckAfter(),
                outbox.drainTimeout());
    }

    /** As {@link #outbox}, but rows wait until their commit is flushed. */
    public static OutboxSettings flushedOnly(OutboxSettings settings) {
        ReaderSettings reader = settings.reader();
        return with(
                settings,
                new ReaderSettings(
                        reader.tickMin(),
                        reader.tickMax(),
                        reader.chunkRows(),
                        reader.chunkBytes(),
                        reader.bufferRows(),
                        reader.catchUpConnections(),
                        reader.catchUpHold(),
                        true,
                        reader.maxPayload()));
    }

    /** As {@link #outbox}, but looking for new rows at this pace only. */
    public static OutboxSettings withTick(OutboxSettings settings, Duration tick) {
        ReaderSettings reader = settings.reader();
        return with(
                settings,
                new ReaderSettings(
                        tick,
                        tick,
                        reader.chunkRows(),
                        reader.chunkBytes(),
                        reader.bufferRows(),
                        reader.catchUpConnections(),
                        reader.catchUpHold(),
                        reader.flushedOnly(),
                        reader.maxPayload()));
    }

    private static OutboxSettings with(OutboxSettings settings, ReaderSettings reader) {
        return with(settings, settings.database(), reader, settings.purge());
    }

    /** An outbox `orders` in a plain table; an idle owner waits long before it looks whether it still is the owner. */
    public static OutboxSettings plain(
            DatabaseSettings database, String table, AcknowledgeSettings.Mode mode, ColumnSettings columns) {
        OutboxSettings ring = outbox(NO_DATABASE, NO_KAFKA, 4);
        return new OutboxSettings(
                ring.name(),
                table,
                ring.shards(),
                database,
                ring.kafka(),
                ring.reader(),
                ring.publisher(),
                new AcknowledgeSettings(mode, Duration.ofMillis(20), Duration.ofMinutes(1)),
                columns,
                ring.routing(),
                ring.purge(),
                ring.onHistoryChange(),
                ring.retry(),
                ring.stuckAfter(),
                ring.drainTimeout());
    }

    /** An outbox `orders` in table `outbox`. */
    public static OutboxSettings outbox(String url, String bootstrapServers, int shards) {
        return new OutboxSettings(
                "orders",
                "outbox",
                shards,
                database(url),
                new KafkaSettings(bootstrapServers, KafkaSettings.Compression.LZ4, Map.of()),
                new ReaderSettings(
                        Duration.ofMillis(3),
                        Duration.ofMillis(25),
                        100,
                        1 << 20,
                        400,
                        3,
                        Duration.ofSeconds(10),
                        false,
                        1000 << 10),
                PUBLISHER,
                new AcknowledgeSettings(AcknowledgeSettings.Mode.RING, Duration.ofMillis(20), Duration.ofMillis(200)),
                COLUMNS,
                ROUTING,
                new PurgeSettings(Duration.ofMillis(500), Duration.ofMinutes(10)),
                OutboxSettings.HistoryChange.HALT,
                new RetrySettings(Duration.ofMillis(50), Duration.ofSeconds(2)),
                Duration.ofSeconds(10),
                Duration.ofSeconds(8));
    }
}
