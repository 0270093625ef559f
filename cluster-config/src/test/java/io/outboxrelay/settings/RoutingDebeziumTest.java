package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.settings.RowField.Column;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A pasted configuration of Debezium's outbox event router: every property, in the relay's table and in plain ones. */
class RoutingDebeziumTest {
    private static final String PLAIN = "acknowledge.mode = mark\n";

    private static OutboxSettings pasted(String properties) {
        return Configs.orders("routing.debezium {\n" + properties + "\n}");
    }

    private static List<String> problems(String orders) {
        return Configs.problemsWith("outboxes.orders {\n" + orders + "\n}");
    }

    private static Placement placed(Column column, Placement.Target target, String alias) {
        return new Placement(RowField.of(column), target, alias);
    }

    static Stream<Arguments> topicProperties() {
        return Stream.of(
                one("route.by.field", "type", RoutingSettings::topic, "outbox.event.{type}"),
                one("route.by.field", "headers.topic", RoutingSettings::topic, "outbox.event.{headers.topic}"),
                one(
                        "route.topic.replacement",
                        "${routedByValue}.events",
                        RoutingSettings::topic,
                        "{aggregatetype}.events"),
                one("route.topic.replacement", "$1.$0", RoutingSettings::topic, "{aggregatetype}.{aggregatetype}"),
                one("route.topic.replacement", "events", RoutingSettings::topic, "events"),
                one(
                        "route.topic.regex",
                        "(?<routedByValue>[a-z]+)",
                        RoutingSettings::topicRegex,
                        "(?<routedByValue>[a-z]+)"),
                one(
                        "route.topic.regex",
                        "(?<routedByValue>[a-z]+)",
                        RoutingSettings::topicReplacement,
                        "outbox.event.${routedByValue}"),
                one(
                        "route.topic.regex",
                        "(?<routedByValue>.*)",
                        RoutingSettings::topic,
                        "outbox.event.{aggregatetype}"),
                one("route.topic.regex", "(?<routedByValue>.*)", RoutingSettings::topicRegex, ""),
                one("route.tombstone.on.empty.payload", "true", RoutingSettings::tombstoneOnEmptyPayload, true));
    }

    static Stream<Arguments> otherProperties() {
        return Stream.of(
                one("table.field.event.key", "id", RoutingSettings::key, RoutingSettings.Key.ID),
                one("table.field.event.key", "aggregateid", RoutingSettings::key, RoutingSettings.Key.AGGREGATEID),
                one(
                        "table.field.event.timestamp",
                        "created_at",
                        RoutingSettings::timestamp,
                        RoutingSettings.RecordTime.CREATED_AT),
                one("table.expand.json.payload", "true", RoutingSettings::json, new JsonSettings(true, false, false)),
                one(
                        "table.json.payload.null.behavior",
                        "optional_bytes",
                        RoutingSettings::json,
                        new JsonSettings(false, true, false)),
                one(
                        "table.json.payload.empty.array.behavior",
                        "optional_string",
                        RoutingSettings::json,
                        new JsonSettings(false, false, true)),
                one(
                        "table.fields.additional.placement",
                        "type:header:eventType, aggregatetype:ENVELOPE,created_at:envelope:at",
                        RoutingSettings::placement,
                        List.of(
                                placed(Column.TYPE, Placement.Target.HEADER, "eventType"),
                                placed(Column.AGGREGATETYPE, Placement.Target.ENVELOPE, "aggregatetype"),
                                placed(Column.CREATED_AT, Placement.Target.ENVELOPE, "at"))),
                one(
                        "table.fields.additional.placement",
                        "aggregateid:partition:ignored",
                        RoutingSettings::placement,
                        List.of(placed(Column.AGGREGATEID, Placement.Target.PARTITION, "ignored"))));
    }

    private static Arguments one(
            String property, String value, Function<RoutingSettings, Object> got, Object expected) {
        return Arguments.of(property, value, got, expected);
    }

    @ParameterizedTest
    @MethodSource({"topicProperties", "otherProperties"})
    void aPropertyDoesTheSameBareAndWithItsTransformBeforeIt(
            String property, String value, Function<RoutingSettings, Object> got, Object expected) {
        for (String before : List.of("", "transforms.outbox.", "transforms.my-router.")) {
            RoutingSettings routing =
                    pasted("\"" + before + property + "\" = \"" + value + "\"").routing();
            assertThat(got.apply(routing)).isEqualTo(expected);
        }
        assertThat(got.apply(pasted(property + " = \"" + value + "\"").routing()))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "type, io.debezium.transforms.outbox.EventRouter",
        "table.field.event.id, id",
        "table.field.event.key, aggregateid",
        "table.field.event.type, type",
        "table.field.event.payload, payload",
        "table.field.event.timestamp, created_at",
        "table.field.additional.missing, error",
        "table.field.additional.missing, ignore",
        "table.op.invalid.behavior, warn",
        "table.op.invalid.behavior, error",
        "table.op.invalid.behavior, fatal",
        "table.expand.json.payload, false",
        "table.json.payload.null.behavior, ignore",
        "table.json.payload.empty.array.behavior, ignore",
        "route.by.field, aggregatetype",
        "route.topic.regex, (?<routedByValue>.*)",
        "route.topic.replacement, outbox.event.${routedByValue}",
        "route.tombstone.on.empty.payload, false",
    })
    void debeziumsDefaultsAreTheRelays(String property, String value) {
        OutboxSettings before = Configs.orders("");
        OutboxSettings after = pasted("\"" + property + "\" = \"" + value + "\"");
        assertThat(after).isEqualTo(before);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '!',
            value = {
                "table.field.event.id ! event_id ! legal id",
                "table.field.event.key ! type ! legal aggregateid | id",
                "table.field.event.type ! kind ! legal type",
                "table.field.event.payload ! body ! legal payload",
                "table.field.event.timestamp ! at ! legal created_at",
                "table.field.event.schema.version ! version ! without schemas",
                "table.field.event.payload.id ! x ! Debezium has removed it",
                "table.field.additional.missing ! warn ! legal error | ignore",
                "table.fields.additional.placement ! tenant:header ! tenant:header is of a column the relay does not read; legal id | aggregatetype",
                "table.fields.additional.placement ! payload:header ! of a column the relay does not read",
                "table.fields.additional.placement ! type:topic ! type:topic is no placement; legal column:header|envelope|partition[:alias]",
                "table.fields.additional.placement ! type ! legal column:header|envelope|partition[:alias]",
                "table.fields.additional.placement ! id:partition,type:partition ! has 2 partitions; legal one at most",
                "table.fields.additional.placement ! id:envelope:payload ! id:envelope:payload is taken",
                "table.op.invalid.behavior ! skip ! legal warn | error | fatal",
                "table.expand.json.payload ! yes ! legal true | false",
                "table.json.payload.null.behavior ! drop ! legal ignore | optional_bytes",
                "table.json.payload.empty.array.behavior ! drop ! legal ignore | optional_string",
                "route.by.field ! tenant ! legal id | aggregatetype",
                "route.topic.regex ! ( ! legal a regular expression of Java",
                "route.topic.replacement ! ${other} ! that refers to groups of the regular expression (?<routedByValue>.*)",
                "route.topic.replacement ! $2 ! that refers to groups",
                "route.topic.replacement ! outbox event ! [a-zA-Z0-9._-]{1,249}",
                "route.tombstone.on.empty.payload ! 1 ! legal true | false",
                "tracing.span.context.field ! tracingspancontext ! legal for a plain table; in the relay's own, members",
                "tracing.with.context.field.only ! false ! legal true",
                "predicate ! IsOutbox ! every row is published",
                "negate ! true ! every row is published",
                "type ! org.apache.kafka.connect.transforms.RegexRouter ! io.debezium.transforms.outbox.EventRouter",
                "collection.field.event.id ! _id ! is no property of the outbox event router; legal, each",
                "topic.prefix ! shop ! is no property of the outbox event router",
            })
    void whatCannotBeDoneIsOneErrorWithPropertyValueAndWhatIsLegal(String property, String value, String legal) {
        String path = "outbox-relay.outboxes.orders.routing.debezium.";
        for (String before : List.of("", "transforms.outbox.")) {
            String name = before + property;
            assertThat(problems("routing.debezium { \"" + name + "\" = \"" + value + "\" }"))
                    .singleElement()
                    .satisfies(problem -> assertThat(problem)
                            .startsWith(path + (name.contains(".") ? "\"" + name + "\"" : name) + " = " + value)
                            .contains(legal));
        }
        assertThat(problems("routing.debezium { " + property + " = \"" + value + "\" }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).startsWith(path + property + " = " + value));
    }

    @Test
    void allProblemsAreNamedAtOnce() {
        assertThat(problems("""
                        routing.debezium { "route.by.field" = tenant, "predicate" = x, "table.expand.json.payload" = 7 }
                        """)).hasSize(3);
    }

    @Test
    void oneTransformIsLegalAndItsNameToo() {
        String type = "\"transforms.outbox.type\" = \"io.debezium.transforms.outbox.EventRouter\"\n";
        assertThat(problems("routing.debezium { \"transforms\" = outbox\n" + type + "}"))
                .isEmpty();
        assertThat(problems("routing.debezium { \"transforms\" = \"unwrap,outbox\"\n" + type + "}"))
                .singleElement()
                .satisfies(problem -> assertThat(problem)
                        .contains("transforms = unwrap,outbox")
                        .contains("one transform"));
        assertThat(problems("routing.debezium { " + type + "\n\"transforms.unwrap.negate\" = true }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("\"transforms.unwrap.negate\" = true"));
        // as HOCON reads it, the name alone takes the place of everything above it
        assertThat(problems("routing.debezium { transforms.outbox.route.by.field = type, transforms = outbox }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("in quotes"));
        assertThat(problems(
                        "routing.debezium { " + type + "\n\"type\" = \"io.debezium.transforms.outbox.EventRouter\" }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("twice"));
    }

    @Test
    void aMissingColumnMayBeIgnoredWhereTheColumnsAreKnown() {
        String properties = """
                routing.debezium {
                  "table.fields.additional.placement" = "tenant:header,type:header", "table.field.additional.missing" = ignore
                }
                """;
        assertThat(Configs.orders(properties).routing().placement())
                .containsExactly(placed(Column.TYPE, Placement.Target.HEADER, "type"));
        assertThat(problems(PLAIN + properties))
                .anyMatch(problem -> problem.contains("which columns the table has is not known"));
    }

    @Test
    void whatIsPastedWinsOverRoutingAndTheRestStays() {
        OutboxSettings orders = Configs.orders("""
                routing { topic = a, key = id, debezium { "route.topic.replacement" = "b" } }
                """);
        assertThat(orders.routing().topic()).isEqualTo("b");
        assertThat(orders.routing().key()).isEqualTo(RoutingSettings.Key.ID);
    }

    @Test
    void columnsOfAPlainTableAreCalledAsPasted() {
        OutboxSettings orders = Configs.orders(PLAIN + """
                columns { payload = body, order = n }
                routing.debezium {
                  "table.field.event.id" = c_id, "table.field.event.key" = c_key, "table.field.event.type" = c_type
                  "table.field.event.payload" = c_payload, "table.field.event.timestamp" = c_time
                  "route.by.field" = c_route, "route.topic.replacement" = "${routedByValue}.x"
                  "table.fields.additional.placement" = "c_type:header:eventType,c_key:envelope"
                  "tracing.span.context.field" = c_trace, "tracing.operation.name" = send
                }
                """);
        assertThat(orders.columns())
                .isEqualTo(new ColumnSettings(
                        "c_id",
                        "c_route",
                        "c_key",
                        "c_type",
                        "c_payload",
                        "",
                        "c_time",
                        "n",
                        "published_at",
                        "c_trace"));
        assertThat(orders.routing().topic()).isEqualTo("{aggregatetype}.x");
        assertThat(orders.routing().placement())
                .containsExactly(
                        placed(Column.TYPE, Placement.Target.HEADER, "eventType"),
                        placed(Column.AGGREGATEID, Placement.Target.ENVELOPE, "c_key"));
    }

    @Test
    void aPlainTableMayBeRoutedByAColumnThatIsReadAnyway() {
        OutboxSettings orders = Configs.orders(PLAIN + "routing.debezium { \"route.by.field\" = type }");
        assertThat(orders.columns().aggregateType()).isEqualTo("aggregatetype");
        assertThat(orders.routing().topic()).isEqualTo("outbox.event.{type}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "table.field.event.id",
                "table.field.event.payload",
                "route.by.field",
                "tracing.span.context.field"
            })
    void aColumnOfAPlainTableIsAName(String property) {
        assertThat(problems(PLAIN + "routing.debezium { \"" + property + "\" = \"a b\" }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("\"" + property + "\" = a b ", "legal [A-Za-z_]"));
        assertThat(problems(PLAIN + "routing.debezium { \"table.fields.additional.placement\" = \"tenant:header\" }"))
                .singleElement()
                .satisfies(problem -> assertThat(problem).contains("legal aggregateid | aggregatetype | id | type;"));
    }

    @Test
    void anOutboxOverridesPastedPropertiesOneByOne() {
        RelaySettings settings = Configs.with("""
                outbox-defaults.routing.debezium { "route.by.field" = type, "route.topic.replacement" = "a" }
                outboxes.orders.routing.debezium { "route.topic.replacement" = "${routedByValue}" }
                """);
        assertThat(settings.outboxes().get("orders").routing().topic()).isEqualTo("{type}");
    }
}
