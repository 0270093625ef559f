package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsDefaultsTest {
    private final RelaySettings settings = Configs.with("");
    private final OutboxSettings orders = settings.outboxes().get("orders");

    @Test
    void databaseBlock() {
        assertThat(settings.database())
                .isEqualTo(new DatabaseSettings(
                        "jdbc:postgresql://db:5432/shop",
                        "",
                        new Secret(""),
                        8,
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(30),
                        Map.of()));
    }

    @Test
    void clusterBlock() {
        assertThat(settings.cluster())
                .isEqualTo(new ClusterSettings(
                        "127.0.0.1",
                        7355,
                        ClusterSettings.Seeds.DATABASE,
                        List.of(),
                        Duration.ofSeconds(5),
                        Duration.ofSeconds(15),
                        Duration.ofSeconds(1),
                        TlsSettings.off()));
    }

    @Test
    void managementBlock() {
        assertThat(settings.management())
                .isEqualTo(new ManagementSettings(
                        "127.0.0.1", 7626, false, ManagementCredentials.none(), TlsSettings.off()));
        assertThat(settings.otlp()).isEqualTo(new OtlpSettings("", Duration.ofSeconds(10), Map.of()));
        assertThat(settings.otlp().isSent()).isFalse();
    }

    @Test
    void anOutboxHasTheDatabaseAndTheKafkaOfTheTopLevel() {
        assertThat(orders.database()).isEqualTo(settings.database());
        assertThat(orders.kafka()).isEqualTo(new KafkaSettings("kafka:9092", KafkaSettings.Compression.LZ4, Map.of()));
    }

    @Test
    void readerBlock() {
        assertThat(orders.reader())
                .isEqualTo(new ReaderSettings(
                        Duration.ofMillis(1),
                        Duration.ofMillis(25),
                        500,
                        1 << 20,
                        4000,
                        3,
                        Duration.ofSeconds(10),
                        false,
                        1000 << 10));
    }

    @Test
    void routingBlockIsDebeziumsDefault() {
        assertThat(orders.routing())
                .isEqualTo(new RoutingSettings(
                        "outbox.event.{aggregatetype}",
                        RowField.of(RowField.Column.AGGREGATETYPE),
                        "",
                        "",
                        RoutingSettings.Key.AGGREGATEID,
                        RoutingSettings.RecordTime.CREATED_AT,
                        List.of(),
                        false,
                        new JsonSettings(false, false, false),
                        new CloudEventSettings(CloudEventSettings.Mode.NONE, "/outbox-relay", "application/json")));
    }

    @Test
    void everythingElseOfAnOutbox() {
        assertThat(orders.name()).isEqualTo("orders");
        assertThat(orders.table()).isEqualTo("outbox");
        assertThat(orders.shards()).isEqualTo(16);
        assertThat(orders.publisher())
                .isEqualTo(new PublisherSettings(
                        PublisherSettings.Delivery.AT_LEAST_ONCE,
                        2_000,
                        PublisherSettings.OnPoison.PARK_AND_BLOCK_KEY,
                        "",
                        100_000,
                        Duration.ofSeconds(5),
                        "outbox-delivery"));
        assertThat(orders.acknowledge())
                .isEqualTo(new AcknowledgeSettings(
                        AcknowledgeSettings.Mode.RING, Duration.ofMillis(20), Duration.ofSeconds(1)));
        assertThat(orders.columns())
                .isEqualTo(new ColumnSettings(
                        "id", "aggregatetype", "aggregateid", "type", "payload", "", "", "seq", "published_at", ""));
        assertThat(orders.purge()).isEqualTo(new PurgeSettings(Duration.ofSeconds(5), Duration.ofMinutes(10)));
        assertThat(orders.onHistoryChange()).isEqualTo(OutboxSettings.HistoryChange.HALT);
        assertThat(orders.retry()).isEqualTo(new RetrySettings(Duration.ofMillis(200), Duration.ofSeconds(10)));
        assertThat(orders.stuckAfter()).isEqualTo(Duration.ofSeconds(5));
        assertThat(orders.drainTimeout()).isEqualTo(Duration.ofSeconds(8));
    }
}
