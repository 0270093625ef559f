package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.ConfigFactory;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsRulesTest {
    private static final String TOKEN = "auth.token = 0123456789abcdef";
    private static final String ROOT = "outbox-relay.";

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "database.connections | 3 | legal 4 to 200",
                "database.connections | 201 | legal 4 to 200",
                "database.connections | 99999999999999 | legal 4 to 200",
                "database.connect-timeout | 999 ms | legal 1 s to 1 m",
                "database.socket-timeout | 11 m | legal 1 s to 10 m",
                "kafka.bootstrap-servers | kafka | legal host:port,host:port with ports from 1 to 65535",
                "cluster.host | 0.0.0.0 | legal a host name or an address that other nodes reach this one at",
                "cluster.port | 65536 | legal 0 to 65535",
                "cluster.stable-after | 100 ms | legal 1 s to 2 m",
                "cluster.node-expiry | 2 s | legal 3 s to 10 m",
                "cluster.wake-interval | 99 ms | legal 100 ms to 1 m",
                "cluster.tls.reload-interval | 999 ms | legal 1 s to 1 h",
                "management.port | -1 | legal 0 to 65535",
                "metrics.otlp.interval | 999 ms | legal 1 s to 10 m",
                "outboxes.orders.table | Outbox | legal [a-z_]",
                "outboxes.orders.table | a_table_name_that_is_a_little_bit_too_long | at most 40 characters",
                "outboxes.orders.shards | 0 | legal 1 to 1024",
                "outboxes.orders.reader.tick-min | 0 | legal 1 ms to 1 s",
                "outboxes.orders.reader.tick-max | 900 us | legal tick-min (1 ms) to 10 s",
                "outboxes.orders.reader.chunk-rows | 10001 | legal 1 to 10000",
                "outboxes.orders.reader.chunk-bytes | 65 MiB | legal 1 KiB to 64 MiB",
                "outboxes.orders.reader.max-payload | 1023 B | legal 1 KiB to 256 MiB",
                "outboxes.orders.reader.max-payload | 257 MiB | legal 1 KiB to 256 MiB",
                "outboxes.orders.reader.buffer-rows | 499 | legal chunk-rows (500) to 1000000",
                "outboxes.orders.reader.catch-up-connections | 0 | legal 1 to connections - 3",
                "outboxes.orders.reader.catch-up-connections | 6 | legal 1 to 5 (database.connections 8 - 3)",
                "outboxes.orders.reader.catch-up-hold | 99 ms | legal 100 ms to 10 m",
                "outboxes.orders.publisher.delivery | at-most-once | legal one of at-least-once | exactly-once",
                "outboxes.orders.publisher.max-in-flight | 1000001 | legal 1 to 1000000",
                "outboxes.orders.publisher.max-in-flight | 499 | legal from reader.chunk-rows (500) on",
                "outboxes.orders.publisher.delivery-header | a b | legal [!-~]{1,60}, or empty",
                "outboxes.orders.publisher.on-poison | skip | legal one of park-and-block-key | park-and-continue | halt-shard",
                "outboxes.orders.publisher.dead-letter-topic | a b | legal [A-Za-z0-9._-]{1,249}, or empty",
                "outboxes.orders.publisher.max-parked | 0 | legal 1 to 10000000",
                "outboxes.orders.publisher.topic-check-interval | 1 ms | legal 100 ms to 10 m",
                "outboxes.orders.routing.cloudevents.mode | text | legal one of none | binary | structured",
                "outboxes.orders.routing.cloudevents.source | a b | legal a URI or a reference to one",
                "outboxes.orders.routing.cloudevents.data-content-type | json | legal a media type",
                "outboxes.orders.acknowledge.interval | 11 s | legal 1 ms to 10 s",
                "outboxes.orders.acknowledge.idle-interval | 19 ms | legal interval (20 ms) to 10 m",
                "outboxes.orders.purge.interval | 61 m | legal 100 ms to 1 h",
                "outboxes.orders.purge.advance-after | 999 ms | legal 1 s to 720 h",
                "outboxes.orders.retry.backoff-min | 0 ms | legal 1 ms to 1 m",
                "outboxes.orders.retry.backoff-max | 199 ms | legal backoff-min (200 ms) to 10 m",
                "outboxes.orders.stuck-after | 999 ms | legal 1 s to 1 h",
                "outboxes.orders.drain-timeout | 51 s | legal 100 ms to 50 s",
                "outboxes.orders.routing.topic | two words | legal around fields in braces [a-zA-Z0-9._-]{1,249}",
                "outboxes.orders.routing.topic | .. | legal around fields in braces",
                "outboxes.orders.routing.topic | {tenant}.x | no field {tenant}; legal in braces id | aggregatetype",
                "outboxes.orders.routing.topic-by | tenant | legal id | aggregatetype | aggregateid | type | created_at",
                "outboxes.orders.routing.topic-replacement | x | legal topic-regex and topic-replacement together",
                "outboxes.orders.routing.key | type | legal one of aggregateid | id",
                "outboxes.orders.routing.timestamp | now | legal one of created_at | sent",
                // of the wrong kind
                "database.connections | 8.5 | legal a whole number",
                "database.connections | many | legal a whole number",
                "cluster.stable-after | soon | legal a duration such as 500 ms, 5 s or 2 m",
                "cluster.seeds | dns | legal one of database | static",
                "kafka.compression | LZ4 | legal one of none | gzip | snappy | lz4 | zstd",
                "management.allow-writes | maybe | legal true or false",
                "outboxes.orders.reader.chunk-bytes | big | legal a size such as 512 KiB or 1 MiB",
            })
    void aValueOutsideItsRangeIsNamedWithPathValueAndRange(String key, String value, String legal) {
        assertThat(Configs.problemsWith(key + " = \"" + value + "\""))
                .singleElement()
                .satisfies(problem -> {
                    assertThat(problem).startsWith(ROOT + key + " = " + value);
                    assertThat(problem).contains(legal);
                });
    }

    @Test
    void anEmptyConfigurationNamesEverythingRequiredAndTheVariablesThatSetIt() {
        assertThat(problemsOf(""))
                .anyMatch(p -> p.startsWith(ROOT + "database.url") && p.contains("OUTBOX_DB_URL"))
                .anyMatch(p -> p.startsWith(ROOT + "kafka.bootstrap-servers") && p.contains("KAFKA_BOOTSTRAP_SERVERS"))
                .anyMatch(p -> p.startsWith(ROOT + "outboxes") && p.contains("at least one"))
                .hasSize(3);
    }

    @Test
    void allProblemsAreNamedAtOnceOneALine() {
        assertThat(Configs.problemsWith("""
                        database { connections = 1, socket-timeout = soon }
                        cluster { port = -5, colour = red }
                        outbox-defaults.shards = 0
                        outboxes.orders { reader { chunk-rows = 0, catch-up-hold = 1 ms }, table = "drop table" }
                        """))
                .hasSize(8)
                .allMatch(problem -> problem.startsWith(ROOT) && problem.lines().count() == 1);
    }

    @Test
    void aProblemOfADefaultIsNamedOnceWhereItIsWritten() {
        assertThat(Configs.problemsWith("outbox-defaults.shards = 0, outboxes { a { table = a }, b { table = b } }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).startsWith(ROOT + "outbox-defaults.shards = 0"));
    }

    @Test
    void anUnknownKeyIsNamedWithTheNearestLegalOne() {
        assertThat(Configs.problemsWith("outboxes.orders.reader.tik-min = 5 ms, databse {}, outbox-defaults.kafka {}"))
                .anyMatch(p -> p.contains("outboxes.orders.reader.tik-min: unknown key; did you mean tick-min?"))
                .anyMatch(p -> p.contains("outbox-relay.databse: unknown key; did you mean database?"))
                .anyMatch(p -> p.contains("outbox-relay.outbox-defaults.kafka: unknown key"))
                .hasSize(3);
    }

    @Test
    void aBlockMustBeABlock() {
        assertThat(Configs.problemsWith("cluster = 5, outboxes.orders.reader = [1], kafka.properties = null"))
                .hasSize(3)
                .allMatch(problem -> problem.endsWith("legal a block { ... }"));
        assertThat(problemsOf("outbox-relay = 5")).anyMatch(p -> p.startsWith("outbox-relay: is a single value"));
    }

    @Test
    void exactlyOnceNeedsATableThatReadsTheSameAgain() {
        for (String mode : List.of("delete", "mark")) {
            assertThat(Configs.problemsWith(
                            "outboxes.orders { publisher.delivery = exactly-once, acknowledge.mode = " + mode + " }"))
                    .singleElement()
                    .satisfies(p -> assertThat(p).contains("delivery", "legal with acknowledge.mode = ring only"));
        }
        assertThat(Configs.orders("publisher.delivery = exactly-once")
                        .publisher()
                        .delivery())
                .isEqualTo(PublisherSettings.Delivery.EXACTLY_ONCE);
    }

    @Test
    void writesAreOnlyAllowedOnALoopbackHostOrWithTls() {
        assertThat(Configs.problemsWith("management { allow-writes = true, host = 10.0.0.1, " + TOKEN + " }"))
                .singleElement()
                .satisfies(p -> assertThat(p)
                        .startsWith(ROOT + "management.allow-writes = true")
                        .contains("10.0.0.1"));
        assertThat(Configs.with("management { allow-writes = true, host = \"::1\", " + TOKEN + " }")
                        .management()
                        .allowWrites())
                .isTrue();
    }

    @Test
    void writesAreOnlyAllowedToWhoeverShowsSomething() {
        assertThat(Configs.problemsWith("management.allow-writes = true"))
                .singleElement()
                .satisfies(p -> assertThat(p)
                        .startsWith(ROOT + "management.allow-writes = true")
                        .contains("auth.token"));
        assertThat(Configs.with("management { allow-writes = true, auth { user = ann, password = x } }")
                        .management()
                        .credentials()
                        .hasUser())
                .isTrue();
        assertThat(Configs.problemsWith("management.auth.user = ann"))
                .singleElement()
                .satisfies(p -> assertThat(p).startsWith(ROOT + "management.auth.user = ann"));
        assertThat(Configs.problemsWith("management.auth.token = canary"))
                .singleElement()
                .satisfies(p -> assertThat(p)
                        .startsWith(ROOT + "management.auth.token")
                        .contains("16")
                        .doesNotContain("canary"));
    }

    @Test
    void staticSeedsNeedNodesWithPorts() {
        assertThat(Configs.problemsWith("cluster.seeds = static"))
                .singleElement()
                .satisfies(p -> assertThat(p).contains("seed-nodes = []"));
        assertThat(Configs.problemsWith("cluster { seeds = static, seed-nodes = [\"a:0\", b] }"))
                .singleElement()
                .satisfies(p -> assertThat(p).startsWith(ROOT + "cluster.seed-nodes = a:0"));
    }

    @Test
    void twoOutboxesMustNotShareATableOfOneDatabase() {
        assertThat(Configs.problemsWith("outboxes.bills {}"))
                .singleElement()
                .satisfies(p -> assertThat(p)
                        .startsWith(ROOT + "outboxes.orders.table = outbox")
                        .contains("bills"));
        assertThat(Configs.problemsWith("outboxes.bills.database.url = \"jdbc:postgresql://other/x\""))
                .isEmpty();
    }

    @Test
    void anOutboxNameIsLowerCase() {
        assertThat(Configs.problemsWith("outboxes { \"Orders 2\" { table = t } }"))
                .singleElement()
                .satisfies(p ->
                        assertThat(p).startsWith(ROOT + "outboxes.\"Orders 2\"").contains("[a-z][a-z0-9-]"));
    }

    @Test
    void aUrlOfAnotherDatabaseIsRefused() {
        assertThat(Configs.problemsWith("database.url = \"jdbc:mysql://db/shop\""))
                .singleElement()
                .satisfies(p -> assertThat(p).startsWith(ROOT + "database.url").contains("jdbc:postgresql:"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"jdbc:h2:mem:shop", "jdbc:mariadb://db/shop", "jdbc:mysql://db/shop"})
    void anotherDatabaseIsForOutboxesThatAreNoRing(String url) {
        String database = "outboxes.orders.database.url = \"" + url + "\"\n";
        assertThat(Configs.problemsWith(database))
                .singleElement()
                .satisfies(p -> assertThat(p)
                        .startsWith(ROOT + "outboxes.orders.")
                        .contains("acknowledge.mode = ring")
                        .contains("delete | mark"));
        assertThat(Configs.problemsWith(database + "outboxes.orders.acknowledge.mode = delete"))
                .isEmpty();
        assertThat(Configs.problemsWith(database + "outboxes.orders.acknowledge.mode = mark"))
                .isEmpty();
    }

    @Test
    void aColumnIsANameAndOnlyTheOptionalOnesMayBeEmpty() {
        assertThat(Configs.problemsWith("outbox-defaults.columns { id = \"a b\", payload = \"\", headers = \"\" }"))
                .hasSize(2)
                .anyMatch(p -> p.startsWith(ROOT + "outbox-defaults.columns.id = a b"))
                .anyMatch(p -> p.startsWith(ROOT + "outbox-defaults.columns.payload = "));
    }

    /** Problems of a whole configuration, with nothing beneath it. */
    private static List<String> problemsOf(String config) {
        SettingsException refused = catchThrowableOfType(
                SettingsException.class, () -> RelaySettings.from(ConfigFactory.parseString(config)));
        return refused.problems();
    }

    @Test
    void tlsWantsAllItsFilesOrNone() {
        assertThat(Configs.problemsWith("cluster.tls.key = \"canary.pem\""))
                .hasSize(2)
                .anyMatch(line -> line.startsWith(ROOT + "cluster.tls.certificate")
                        && line.contains("legal are certificate, key and trusted together"))
                .anyMatch(line -> line.startsWith(ROOT + "cluster.tls.trusted"))
                .noneMatch(line -> line.contains("canary"));
        assertThat(Configs.with("").cluster().tls().isOn()).isFalse();
    }

    @Test
    void onlyALoopbackHostIsSafeWithoutTls() {
        assertThat(Configs.with("cluster.host = localhost").cluster().isOpenToAnybody())
                .isFalse();
        assertThat(Configs.with("cluster.host = node-1").cluster().isOpenToAnybody())
                .isTrue();
    }
}
