package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsMappingTest {

    @Test
    void everyKeyOfTheDatabaseArrives() {
        assertThat(Configs.with("""
                                database {
                                  url = "jdbc:postgresql://other/x", user = relay, password = p, connections = 9
                                  connect-timeout = 2 s, socket-timeout = 3 s
                                  properties { sslmode = verify-full, a.b = 1 }
                                }
                                """).database())
                .isEqualTo(new DatabaseSettings(
                        "jdbc:postgresql://other/x",
                        "relay",
                        new Secret("p"),
                        9,
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(3),
                        Map.of("sslmode", "verify-full", "a.b", "1")));
    }

    @Test
    void everyKeyOfTheClusterAndOfManagementArrives() {
        RelaySettings settings = Configs.with("""
                cluster {
                  host = node-1.local, port = 0, seeds = static, seed-nodes = ["a:1", "[::1]:65535"]
                  stable-after = 2 s, node-expiry = 4 s, wake-interval = 500 ms
                }
                management {
                  host = localhost, port = 1, allow-writes = on
                  auth { token = "0123456789abcdef", user = ann, password = p }
                }
                metrics.otlp {
                  url = "https://collector:4318/v1/metrics", interval = 20 s, headers { Authorization = "Bearer x" }
                }
                """);
        assertThat(settings.cluster())
                .isEqualTo(new ClusterSettings(
                        "node-1.local",
                        0,
                        ClusterSettings.Seeds.STATIC,
                        List.of("a:1", "[::1]:65535"),
                        Duration.ofSeconds(2),
                        Duration.ofSeconds(4),
                        Duration.ofMillis(500),
                        TlsSettings.off()));
        assertThat(settings.management())
                .isEqualTo(new ManagementSettings(
                        "localhost",
                        1,
                        true,
                        new ManagementCredentials(new Secret("0123456789abcdef"), "ann", new Secret("p")),
                        TlsSettings.off()));
        assertThat(settings.otlp())
                .isEqualTo(new OtlpSettings(
                        "https://collector:4318/v1/metrics",
                        Duration.ofSeconds(20),
                        Map.of("Authorization", new Secret("Bearer x"))));
        assertThat(settings.toString()).doesNotContain("Bearer");
    }

    private static final String EVERY_KEY = """
                table = shop.outbox, shards = 5
                database { url = "jdbc:postgresql://d2/y", connections = 12 }
                kafka { bootstrap-servers = "k2:1", compression = zstd, properties { linger.ms = 3 } }
                reader {
                  tick-min = 1 ms, tick-max = 2 ms, chunk-rows = 3, chunk-bytes = 4 KiB, buffer-rows = 5
                  catch-up-connections = 6, catch-up-hold = 7 s, flushed-only = true, max-payload = 17 KiB
                }
                publisher {
                  max-in-flight = 8, on-poison = park-and-continue, dead-letter-topic = dead, max-parked = 18
                  topic-check-interval = 19 s, delivery-header = sent-by
                }
                acknowledge { mode = mark, interval = 9 ms, idle-interval = 10 ms }
                columns {
                  id = c1, aggregatetype = c2, aggregateid = c3, type = c4, payload = c5, headers = c6
                  created-at = c7, order = c8, marked = camelCase, trace-context = c9
                }
                routing {
                  topic = "{aggregatetype}.{headers.tenant}", topic-by = type, topic-regex = "(.*)ed"
                  topic-replacement = "$1", key = id, timestamp = sent, placement = ["type:header:eventType"]
                  tombstone-on-empty-payload = true
                  json { expand = true, keep-nulls = true, keep-empty-arrays = true }
                  cloudevents { mode = binary, source = "urn:shop", data-content-type = text/plain }
                }
                purge { interval = 11 s, advance-after = 16 s }
                on-history-change = replay
                retry { backoff-min = 12 ms, backoff-max = 13 ms }
                stuck-after = 14 s, drain-timeout = 15 s
                """;

    private static final RoutingSettings EVERY_KEY_OF_ROUTING = new RoutingSettings(
            "{aggregatetype}.{headers.tenant}",
            RowField.of(RowField.Column.TYPE),
            "(.*)ed",
            "$1",
            RoutingSettings.Key.ID,
            RoutingSettings.RecordTime.SENT,
            List.of(new Placement(RowField.of(RowField.Column.TYPE), Placement.Target.HEADER, "eventType")),
            true,
            new JsonSettings(true, true, true),
            new CloudEventSettings(CloudEventSettings.Mode.BINARY, "urn:shop", "text/plain"));

    private static final PublisherSettings EVERY_KEY_OF_PUBLISHER = new PublisherSettings(
            PublisherSettings.Delivery.AT_LEAST_ONCE,
            8,
            PublisherSettings.OnPoison.PARK_AND_CONTINUE,
            "dead",
            18,
            Duration.ofSeconds(19),
            "sent-by");

    @Test
    void everyKeyOfAnOutboxArrives() {
        OutboxSettings orders = Configs.orders(EVERY_KEY);
        assertThat(orders)
                .isEqualTo(new OutboxSettings(
                        "orders",
                        "shop.outbox",
                        5,
                        new DatabaseSettings(
                                "jdbc:postgresql://d2/y",
                                "",
                                new Secret(""),
                                12,
                                Duration.ofSeconds(5),
                                Duration.ofSeconds(30),
                                Map.of()),
                        new KafkaSettings("k2:1", KafkaSettings.Compression.ZSTD, Map.of("linger.ms", "3")),
                        new ReaderSettings(
                                Duration.ofMillis(1),
                                Duration.ofMillis(2),
                                3,
                                4096,
                                5,
                                6,
                                Duration.ofSeconds(7),
                                true,
                                17408),
                        EVERY_KEY_OF_PUBLISHER,
                        new AcknowledgeSettings(
                                AcknowledgeSettings.Mode.MARK, Duration.ofMillis(9), Duration.ofMillis(10)),
                        new ColumnSettings("c1", "c2", "c3", "c4", "c5", "c6", "c7", "c8", "camelCase", "c9"),
                        EVERY_KEY_OF_ROUTING,
                        new PurgeSettings(Duration.ofSeconds(11), Duration.ofSeconds(16)),
                        OutboxSettings.HistoryChange.REPLAY,
                        new RetrySettings(Duration.ofMillis(12), Duration.ofMillis(13)),
                        Duration.ofSeconds(14),
                        Duration.ofSeconds(15)));
    }

    @Test
    void anOutboxOverridesTheDefaultsAndTheDefaultsOverrideTheReference() {
        RelaySettings settings = Configs.with("""
                outbox-defaults { shards = 4, reader { tick-min = 5 ms, chunk-rows = 100 } }
                kafka.properties { linger.ms = 1, client.id = relay }
                outboxes { orders { table = t1, reader.chunk-rows = 7, kafka.properties.linger.ms = 9 }, bills {} }
                """);
        OutboxSettings orders = settings.outboxes().get("orders");
        assertThat(orders.shards()).isEqualTo(4);
        assertThat(orders.reader().tickMin()).isEqualTo(Duration.ofMillis(5));
        assertThat(orders.reader().chunkRows()).isEqualTo(7);
        assertThat(orders.reader().bufferRows()).isEqualTo(4000);
        assertThat(orders.kafka().properties()).isEqualTo(Map.of("linger.ms", "9", "client.id", "relay"));
        assertThat(settings.outboxes().get("bills").reader().chunkRows()).isEqualTo(100);
        assertThat(settings.outboxes().get("bills").kafka().properties()).containsEntry("linger.ms", "1");
    }
}
