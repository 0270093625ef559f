package io.outboxrelay.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Translates a pasted configuration of Debezium's outbox event router. What it says wins over `routing` and `columns`;
 * what it leaves out stays as those say.
 */
final class DebeziumRouting {
    private static final String BY = "route.by.field";
    private static final String REGEX = "route.topic.regex";
    private static final String REPLACEMENT = "route.topic.replacement";
    private static final String PLACEMENT = "table.fields.additional.placement";
    private static final String MISSING = "table.field.additional.missing";

    private static final String DEFAULT_REGEX = "(?<routedByValue>.*)";
    private static final String DEFAULT_REPLACEMENT = "outbox.event.${routedByValue}";

    /** In a replacement for the default regex: what stands for the whole field. */
    private static final Pattern WHOLE_FIELD = Pattern.compile("\\$(\\{routedByValue}|[01](?![0-9]))");

    private final DebeziumProperties properties;
    private final DebeziumTable table;
    private final boolean ring;
    private final boolean ignoreMissing;

    /** What one outbox is told by its blocks `routing` and `columns`, and by what was pasted. */
    record Result(RoutingSettings routing, ColumnSettings columns) {}

    private DebeziumRouting(DebeziumProperties properties, boolean ring, ColumnSettings columns) {
        this.properties = properties;
        this.table = new DebeziumTable(properties, ring, columns);
        this.ring = ring;
        this.ignoreMissing = ignoresMissing();
    }

    /** @param block the block `routing` */
    static Result translate(Section block, boolean ring, RoutingSettings routing, ColumnSettings columns) {
        DebeziumProperties properties = new DebeziumProperties(block);
        DebeziumRouting pasted = new DebeziumRouting(properties, ring, columns);
        RoutingSettings translated = pasted.routing(routing);
        properties.orThrow();
        return new Result(translated, pasted.table.columns());
    }

    private RoutingSettings routing(RoutingSettings given) {
        properties
                .text("type")
                .ifPresent(type -> properties.refuseUnless(
                        type.equals("io.debezium.transforms.outbox.EventRouter"),
                        "type",
                        type,
                        "legal io.debezium.transforms.outbox.EventRouter"));
        // the relay reads rows, not changes: an update of a row that was read is never seen
        properties.choice("table.op.invalid.behavior", "warn", "error", "fatal");
        // the relay passes a trace on as it is and begins none, so no operation needs a name
        properties.choice("tracing.with.context.field.only", "true");
        RoutingSettings topic = topic(given);
        JsonSettings json = new JsonSettings(
                properties.flag("table.expand.json.payload", given.json().expand()),
                properties
                        .choice("table.json.payload.null.behavior", "ignore", "optional_bytes")
                        .map("optional_bytes"::equals)
                        .orElse(given.json().keepNulls()),
                properties
                        .choice("table.json.payload.empty.array.behavior", "ignore", "optional_string")
                        .map("optional_string"::equals)
                        .orElse(given.json().keepEmptyArrays()));
        return new RoutingSettings(
                topic.topic(),
                topic.topicBy(),
                topic.topicRegex(),
                topic.topicReplacement(),
                key(given.key()),
                properties
                        .text("table.field.event.timestamp")
                        .map(column -> RoutingSettings.RecordTime.CREATED_AT)
                        .orElse(given.timestamp()),
                properties.text(PLACEMENT).map(this::placement).orElse(given.placement()),
                properties.flag("route.tombstone.on.empty.payload", given.tombstoneOnEmptyPayload()),
                json,
                given.cloudEvents());
    }

    private RoutingSettings.Key key(RoutingSettings.Key given) {
        return properties
                .text("table.field.event.key")
                .map(column -> ring && column.equals("id") ? RoutingSettings.Key.ID : RoutingSettings.Key.AGGREGATEID)
                .orElse(given);
    }

    /** The same settings with the topic as pasted; a template where one says the same, since it costs less. */
    private RoutingSettings topic(RoutingSettings given) {
        Optional<String> by = properties.text(BY);
        if (by.isEmpty()
                && properties.text(REGEX).isEmpty()
                && properties.text(REPLACEMENT).isEmpty()) {
            return given;
        }
        RowField field = by.flatMap(table::field).orElseGet(() -> RowField.of(RowField.Column.AGGREGATETYPE));
        String regex = properties.text(REGEX).orElse(DEFAULT_REGEX);
        String replacement = properties.text(REPLACEMENT).orElse(DEFAULT_REPLACEMENT);
        Optional<String> badRegex = TopicPattern.regexProblem(regex);
        badRegex.ifPresent(problem -> properties.refuseUnless(false, REGEX, regex, problem));
        Optional<String> badReplacement =
                badRegex.isPresent() ? Optional.empty() : TopicPattern.replacementProblem(regex, replacement);
        badReplacement.ifPresent(problem -> properties.refuseUnless(false, REPLACEMENT, replacement, problem));
        if (badRegex.isPresent() || badReplacement.isPresent()) {
            return given;
        }
        String template = WHOLE_FIELD.matcher(replacement).replaceAll(Matcher.quoteReplacement("{" + field + "}"));
        boolean simple = regex.equals(DEFAULT_REGEX) && !template.contains("$") && !template.contains("\\");
        if (!simple) {
            return withTopic(given, given.topic(), field, regex, replacement);
        }
        Optional<String> badTemplate = TopicTemplate.problem(template);
        badTemplate.ifPresent(problem -> properties.refuseUnless(
                false, REPLACEMENT, replacement, "legal around groups " + TopicTemplate.LEGAL_TOPIC));
        return badTemplate.isPresent() ? given : withTopic(given, template, field, "", "");
    }

    private static RoutingSettings withTopic(
            RoutingSettings given, String topic, RowField by, String regex, String replacement) {
        return new RoutingSettings(
                topic,
                by,
                regex,
                replacement,
                given.key(),
                given.timestamp(),
                given.placement(),
                given.tombstoneOnEmptyPayload(),
                given.json(),
                given.cloudEvents());
    }

    private List<Placement> placement(String list) {
        List<Placement> placement = new ArrayList<>();
        for (String text : list.split(",", -1)) {
            Placement.parse(text, table::field).ifPresentOrElse(placement::add, () -> refuse(text.strip()));
        }
        Optional<String> problem = RoutingSettings.placementProblem(placement);
        problem.ifPresent(rule -> properties.refuseUnless(false, PLACEMENT, list, rule));
        return problem.isPresent() ? List.of() : placement;
    }

    private boolean ignoresMissing() {
        boolean ignores = properties
                .choice(MISSING, "error", "ignore")
                .filter("ignore"::equals)
                .isPresent();
        properties.refuseUnless(
                ring || !ignores,
                MISSING,
                "ignore",
                "legal error: which columns the table has is not known beforehand");
        return ring && ignores;
    }

    private void refuse(String placed) {
        boolean wellFormed = Placement.parse(placed, any -> Optional.of(RowField.of(RowField.Column.ID)))
                .isPresent();
        properties.refuseUnless(
                wellFormed,
                PLACEMENT,
                placed,
                placed + " is no placement; legal column:header|envelope|partition[:alias], with commas between");
        properties.refuseUnless(
                !wellFormed || ignoreMissing,
                PLACEMENT,
                placed,
                placed + " is of a column the relay does not read; legal " + table.fields()
                        + "; write other values to column headers, whose members become record headers");
    }
}
