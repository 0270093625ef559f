package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.testkit.TestSettings;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every rule of routing, from the settings as they are written to the record. */
class RecordRouterRulesTest {
    private static final Instant CREATED = Instant.parse("2026-01-02T03:04:05.678Z");
    private static final String HEADERS = "{\"topic\": \"shop.x\", \"shard\": 3, \"none\": null}";
    private static final String DEBEZIUM = """
            "transforms": "outbox",
            "transforms.outbox.type": "io.debezium.transforms.outbox.EventRouter",
            """;

    /** One with these settings, and records of 10,000 bytes at most. */
    static RecordRouter router(String routing) {
        return new RecordRouter(
                RelaySettings.from(ConfigFactory.parseString("""
                                outbox-relay {
                                  database.url = "jdbc:postgresql://db/shop"
                                  kafka.bootstrap-servers = "kafka:9092"
                                  outboxes.orders.routing { %s }
                                }
                                """.formatted(routing)))
                        .outboxes()
                        .get("orders")
                        .routing(),
                10_000);
    }

    private static OutboxRow row(String payload) {
        return row(payload == null ? null : payload.getBytes(StandardCharsets.UTF_8), HEADERS);
    }

    private static OutboxRow row(byte[] payload, String headers) {
        return new OutboxRow(7, "event-7", "Order", "42", "OrderPlaced", payload, headers, CREATED);
    }

    private static OutboxRow ofType(String aggregateType) {
        return new OutboxRow(7, "event-7", aggregateType, "42", "OrderPlaced", null, null, CREATED);
    }

    private static String text(byte[] bytes) {
        return bytes == null ? null : new String(bytes, StandardCharsets.UTF_8);
    }

    private static Stream<String> headers(ProducerRecord<byte[], byte[]> message) {
        return Arrays.stream(message.headers().toArray()).map(header -> header.key() + "=" + text(header.value()));
    }

    private static void assertPoison(RecordRouter router, OutboxRow row, String defect) {
        assertThatThrownBy(() -> router.route(row))
                .hasMessageContaining("cannot be published: " + defect)
                .extracting(failure -> ((RelayException) failure).fault())
                .isEqualTo(Fault.POISON);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "topic = \"{aggregatetype}.events\" ! Order.events",
                "topic = events ! events",
                "topic = \"{headers.topic}\" ! shop.x",
                "topic = \"{type}\" ! OrderPlaced",
                "topic = \"a.{aggregatetype}-{headers.shard}\" ! a.Order-3",
                "topic-regex = \"(Or)(.*)\", topic-replacement = \"$2.$1\" ! der.Or",
                "topic-regex = \"(Or)\", topic-replacement = \"$1\" ! Order",
                "topic-regex = \"(?<all>.*)Placed\", topic-replacement = \"${all}\", topic-by = type ! Order",
                "debezium { \"route.topic.replacement\" = \"${routedByValue}.events\" } ! Order.events",
                "debezium { \"route.topic.replacement\" = \"all\" } ! all",
                "debezium { \"route.topic.regex\" = \"(?i)order\", \"route.topic.replacement\" = \"o\" } ! o",
                "debezium { \"route.topic.regex\" = \"x(?<routedByValue>.*)\" } ! Order",
                "debezium { \"route.by.field\" = type } ! outbox.event.OrderPlaced",
            })
    void theTopic(String routing, String topic) {
        RecordRouter router = router(routing);
        assertThat(router.route(row("{}")).topic()).isEqualTo(topic);
        assertThat(router.route(row("{}")).topic()).isEqualTo(topic);
    }

    @Test
    void aTopicThatCannotBeIsPoison() {
        assertPoison(router("topic = \"{headers.none}\""), row("{}"), "its topic needs headers.none, which is null");
        assertPoison(router("topic = \"{headers.no}\""), row(null, null), "its topic needs headers.no, which is null");
        assertPoison(router("topic = \"{aggregatetype}\""), ofType(".."), "topic .., legal: ");
        assertPoison(router("topic = \"{aggregatetype}\""), ofType(""), "topic , legal: ");
        assertPoison(router("topic = \"{aggregatetype}{type}\""), ofType("a b"), "topic a bOrderPlaced, legal: ");
    }

    @Test
    void topicsAreRememberedUpToABound() {
        TopicRoute route = new TopicRoute(TestSettings.ROUTING);
        String first = route.of(new RowView(ofType("t")));
        assertThat(route.of(new RowView(ofType("t")))).isSameAs(first);
        for (int i = 0; i < 3 * TopicRoute.MAX_CACHED; i++) {
            assertThat(route.of(new RowView(ofType("t" + i)))).isEqualTo("outbox.event.t" + i);
            assertThat(route.cached()).isLessThanOrEqualTo(TopicRoute.MAX_CACHED);
        }
    }

    @Test
    void theKeyMayBeTheEventIdAndTheTimeThatOfSending() {
        ProducerRecord<byte[], byte[]> message =
                router("key = id, timestamp = sent").route(row("{}"));
        assertThat(text(message.key())).isEqualTo("event-7");
        assertThat(message.timestamp()).isNull();
    }

    @Test
    void placedHeadersStandBetweenTheIdAndTheRowsOwn() {
        String placement = "placement = [\"type:header:eventType\", \"aggregateid:header\", \"created_at:header:at\","
                + " \"headers.no:header:no\"]";
        assertThat(headers(router(placement).route(row("{}"))))
                .containsExactly(
                        "id=event-7",
                        "eventType=OrderPlaced",
                        "aggregateid=42",
                        "at=2026-01-02T03:04:05.678Z",
                        "no=null",
                        "topic=shop.x",
                        "shard=3",
                        "none=null");
    }

    @Test
    void thePartitionIsTheRowsOrKafkasChoice() {
        assertThat(router("placement = [\"aggregateid:partition\"]")
                        .route(row("{}"))
                        .partition())
                .isEqualTo(42);
        assertThat(router("placement = [\"headers.shard:partition:x\"]")
                        .route(row("{}"))
                        .partition())
                .isEqualTo(3);
        assertThat(router("placement = [\"headers.none:partition\"]")
                        .route(row("{}"))
                        .partition())
                .isNull();
        assertPoison(
                router("placement = [\"type:partition\"]"),
                row("{}"),
                "its partition type is no partition, legal: 0 to");
        OutboxRow negative = row(null, "{\"shard\": -1}");
        assertPoison(router("placement = [\"headers.shard:partition\"]"), negative, "its partition headers.shard");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", " \t\r\n"})
    void anEmptyPayloadIsATombstoneOnlyIfAskedFor(String payload) {
        assertThat(text(router("").route(row(payload)).value())).isEqualTo(payload);
        RecordRouter tombstones = router("tombstone-on-empty-payload = true, placement = [\"type:envelope\"]");
        assertThat(tombstones.route(row(payload)).value()).isNull();
        assertThat(tombstones.route(row((String) null)).value()).isNull();
        assertThat(tombstones.route(row("x")).value()).isNotNull();
        assertThat(tombstones.route(row("ä")).value()).isNotNull();
    }

    static Stream<Arguments> envelopes() {
        String payload = "{\"a\": 1.50, \"n\": null}";
        return Stream.of(
                Arguments.of("", payload, "{\"payload\":\"{\\\"a\\\": 1.50, \\\"n\\\": null}\",\"t\":\"OrderPlaced\"}"),
                Arguments.of("json.expand = true", payload, "{\"payload\":{\"a\":1.50},\"t\":\"OrderPlaced\"}"),
                Arguments.of("json.expand = true", "text", "{\"payload\":\"text\",\"t\":\"OrderPlaced\"}"),
                Arguments.of("json.expand = true", null, "{\"payload\":null,\"t\":\"OrderPlaced\"}"));
    }

    @ParameterizedTest
    @MethodSource("envelopes")
    void anEnvelopeHoldsThePayloadAndWhatIsPlaced(String json, String payload, String value) {
        RecordRouter router = router("placement = [\"type:envelope:t\"]\n" + json);
        assertThat(text(router.route(row(payload)).value())).isEqualTo(value);
    }

    @Test
    void anEnvelopeCannotHoldAPayloadThatIsNoText() {
        OutboxRow binary = row(new byte[] {(byte) 0xff, 0}, null);
        assertPoison(router("placement = [\"type:envelope\"]"), binary, "payload is not valid UTF-8");
    }

    static Stream<Arguments> expansions() {
        String rich = "{\"a\": null, \"b\": [], \"c\": {\"d\": null, \"e\": [1, null, {\"f\": []}]}, \"g\": {}}";
        return Stream.of(
                Arguments.of("", rich, "{\"c\":{\"e\":[1,null,{}]},\"g\":{}}"),
                Arguments.of("keep-nulls = true", rich, "{\"a\":null,\"c\":{\"d\":null,\"e\":[1,null,{}]},\"g\":{}}"),
                Arguments.of("keep-empty-arrays = true", rich, "{\"b\":[],\"c\":{\"e\":[1,null,{\"f\":[]}]},\"g\":{}}"),
                Arguments.of("keep-nulls = true, keep-empty-arrays = true", rich, rich),
                Arguments.of("", "[{\"a\":null}]", "[{}]"),
                Arguments.of(
                        "",
                        "{\"n\":12345678901234567890.10,\"e\":1e400,\"x\":null}",
                        "{\"n\":12345678901234567890.10,\"e\":1E+400}"),
                // nothing to leave out: not a byte changes
                Arguments.of("", "{ \"a\" : 1 }", "{ \"a\" : 1 }"),
                Arguments.of("", "[]", "[]"),
                // no JSON object or array, as Debezium sees it
                Arguments.of("", "{\"a\": null", "{\"a\": null"),
                Arguments.of("", "{\"a\": null} x", "{\"a\": null} x"),
                Arguments.of("", " {\"a\": null}", " {\"a\": null}"),
                Arguments.of("", "null", "null"),
                Arguments.of("", "", ""));
    }

    @ParameterizedTest
    @MethodSource("expansions")
    void expandedJsonIsWithoutTheMembersThatHaveNoType(String keep, String payload, String value) {
        assertThat(text(router("json { expand = true\n" + keep + "}")
                        .route(row(payload))
                        .value()))
                .isEqualTo(value);
    }

    @Test
    void withoutASettingThePayloadIsTheVeryArrayOfTheRow() {
        OutboxRow row = row("{\"a\": null}");
        assertThat(router("").route(row).value()).isSameAs(row.payload());
    }

    /** The configuration of Debezium's own tutorial on the outbox, as JSON. */
    @Test
    void debeziumsDemoConfigurationPastedWritesItsRecords() {
        ProducerRecord<byte[], byte[]> message = router("debezium {" + DEBEZIUM + """
                "transforms.outbox.route.topic.replacement": "${routedByValue}.events",
                "transforms.outbox.table.fields.additional.placement": "type:header:eventType"
                }""")
                .route(row("{\"total\": 7}".getBytes(StandardCharsets.UTF_8), null));
        assertThat(message.topic()).isEqualTo("Order.events");
        assertThat(text(message.key())).isEqualTo("42");
        assertThat(message.partition()).isNull();
        assertThat(text(message.value())).isEqualTo("{\"total\": 7}");
        assertThat(headers(message)).containsExactly("id=event-7", "eventType=OrderPlaced");
    }

    @Test
    void everyPropertyAtOncePastedWritesDebeziumsRecords() {
        RecordRouter router = router("debezium {" + DEBEZIUM + """
                "transforms.outbox.table.field.event.id": "id",
                "transforms.outbox.table.field.event.key": "aggregateid",
                "transforms.outbox.table.field.event.type": "type",
                "transforms.outbox.table.field.event.payload": "payload",
                "transforms.outbox.table.field.event.timestamp": "created_at",
                "transforms.outbox.table.fields.additional.placement":
                    "type:header:eventType,aggregatetype:envelope:kind,headers.shard:partition",
                "transforms.outbox.table.field.additional.missing": "error",
                "transforms.outbox.table.op.invalid.behavior": "fatal",
                "transforms.outbox.table.expand.json.payload": "true",
                "transforms.outbox.table.json.payload.null.behavior": "optional_bytes",
                "transforms.outbox.table.json.payload.empty.array.behavior": "ignore",
                "transforms.outbox.route.by.field": "aggregatetype",
                "transforms.outbox.route.topic.regex": "(?<routedByValue>O.*)",
                "transforms.outbox.route.topic.replacement": "shop.${routedByValue}",
                "transforms.outbox.route.tombstone.on.empty.payload": "true"
                }""");
        ProducerRecord<byte[], byte[]> message = router.route(row("{\"a\": null, \"b\": []}"));
        assertThat(message.topic()).isEqualTo("shop.Order");
        assertThat(message.partition()).isEqualTo(3);
        assertThat(message.timestamp()).isEqualTo(CREATED.toEpochMilli());
        assertThat(text(message.value())).isEqualTo("{\"payload\":{\"a\":null},\"kind\":\"Order\"}");
        assertThat(headers(message)).startsWith("id=event-7", "eventType=OrderPlaced");
        assertThat(router.route(row("")).value()).isNull();
        assertThat(List.of(router.route(row("")).headers().toArray()))
                .extracting(Header::key)
                .contains("id", "eventType");
    }
}
