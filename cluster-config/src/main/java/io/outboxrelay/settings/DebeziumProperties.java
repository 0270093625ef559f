package io.outboxrelay.settings;

import com.typesafe.config.ConfigUtil;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The properties of a pasted configuration of Debezium's outbox event router, by their bare names; as pasted they may
 * begin with `transforms.<name>.`. Every one that means nothing here is a problem.
 */
final class DebeziumProperties {
    private static final String BLOCK = "debezium";
    private static final String TRANSFORMS = "transforms";

    /** What the relay can do nothing about; the rest of Debezium's names are in {@link #KNOWN}. */
    private static final Map<String, String> REFUSED = Map.of(
            "table.field.event.schema.version", "is not supported: records are written without schemas",
            "table.field.event.payload.id", "is not supported: Debezium has removed it, table.field.event.key remains",
            "predicate", "is not supported: every row is published",
            "negate", "is not supported: every row is published");

    private static final Set<String> KNOWN = new TreeSet<>(List.of(
            "type",
            "table.field.event.id",
            "table.field.event.key",
            "table.field.event.type",
            "table.field.event.payload",
            "table.field.event.timestamp",
            "table.fields.additional.placement",
            "table.field.additional.missing",
            "table.op.invalid.behavior",
            "table.expand.json.payload",
            "table.json.payload.null.behavior",
            "table.json.payload.empty.array.behavior",
            "route.by.field",
            "route.topic.regex",
            "route.topic.replacement",
            "route.tombstone.on.empty.payload",
            "tracing.span.context.field",
            "tracing.operation.name",
            "tracing.with.context.field.only"));

    private final Section block;
    private final Rules rules = new Rules();
    private final Map<String, String> values = new TreeMap<>();
    private final Map<String, String> written = new HashMap<>();

    /** @param block the block that `debezium` is in */
    DebeziumProperties(Section block) {
        this.block = block;
        Map<String, String> pasted = block.properties(BLOCK);
        String transform = transform(pasted);
        pasted.forEach((name, value) -> {
            if (!name.equals(TRANSFORMS)) {
                add(name.startsWith(transform) ? name.substring(transform.length()) : name, name, value);
            }
        });
    }

    /** The prefix of one transform: `transforms.outbox.`. */
    private String transform(Map<String, String> pasted) {
        String first = pasted.keySet().stream()
                .filter(name -> name.matches(TRANSFORMS + "\\.[^.]+\\..+"))
                .findFirst()
                .map(name -> name.substring(0, name.indexOf('.', TRANSFORMS.length() + 1) + 1))
                .orElse(TRANSFORMS + ".");
        String named = pasted.get(TRANSFORMS);
        if (named != null) {
            written.put(TRANSFORMS, TRANSFORMS);
            refuseUnless(
                    first.equals(TRANSFORMS + "." + named.strip() + "."),
                    TRANSFORMS,
                    named,
                    "legal the name of one transform, whose properties are here too as \"" + TRANSFORMS
                            + ".<name>....\" in quotes");
        }
        return first;
    }

    private void add(String name, String asWritten, String value) {
        written.put(name, asWritten);
        String refused = REFUSED.get(name);
        refuseUnless(refused == null, name, value, String.valueOf(refused));
        refuseUnless(
                refused != null || KNOWN.contains(name),
                name,
                value,
                "is no property of the outbox event router; legal, each also with transforms.<name>. before it: "
                        + String.join(", ", KNOWN));
        if (values.put(name, value) != null) {
            refuseUnless(false, name, value, "is here twice, with transforms.<name>. before it and without");
        }
    }

    /** Records a problem of a property unless it is legal. */
    void refuseUnless(boolean legal, String name, String value, String rule) {
        rules.that(legal, key(written.getOrDefault(name, name)), value, rule);
    }

    /** The key of the file: `debezium."route.by.field"`, or without quotes where it was written without. */
    private String key(String name) {
        String quoted = BLOCK + "." + ConfigUtil.joinPath(name);
        boolean isQuoted = block.blocks().stream().anyMatch(candidate -> candidate.has(quoted));
        return isQuoted ? quoted : BLOCK + "." + ConfigUtil.joinPath(name.split("\\."));
    }

    Optional<String> text(String name) {
        return Optional.ofNullable(values.get(name)).map(String::strip);
    }

    boolean flag(String name, boolean otherwise) {
        return choice(name, "true", "false").map(Boolean::parseBoolean).orElse(otherwise);
    }

    /** One of some values. */
    Optional<String> choice(String name, String... legal) {
        Optional<String> value = text(name);
        value.ifPresent(given ->
                refuseUnless(List.of(legal).contains(given), name, given, "legal " + String.join(" | ", legal)));
        return value;
    }

    /** Throws every problem recorded. */
    void orThrow() {
        rules.orThrow();
    }
}
