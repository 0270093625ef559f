package io.outboxrelay.settings;

import java.util.regex.Pattern;

/** The columns of a plain outbox table; `headers`, `createdAt` and `traceContext` are empty where the table has
 * none. */
public record ColumnSettings(
        String id,
        String aggregateType,
        String aggregateId,
        String type,
        String payload,
        String headers,
        String createdAt,
        String order,
        String marked,
        String traceContext) {

    static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,62}");

    public ColumnSettings {
        new Rules()
                .that(isName(id), "id", id, rule(""))
                .that(isName(aggregateType), "aggregatetype", aggregateType, rule(""))
                .that(isName(aggregateId), "aggregateid", aggregateId, rule(""))
                .that(isName(type), "type", type, rule(""))
                .that(isName(payload), "payload", payload, rule(""))
                .that(headers.isEmpty() || isName(headers), "headers", headers, rule(", or empty for none"))
                .that(createdAt.isEmpty() || isName(createdAt), "created-at", createdAt, rule(", or empty for none"))
                .that(isName(order), "order", order, rule(""))
                .that(isName(marked), "marked", marked, rule(""))
                .that(
                        traceContext.isEmpty() || isName(traceContext),
                        "trace-context",
                        traceContext,
                        rule(", or empty for none"))
                .orThrow();
    }

    static boolean isName(String text) {
        return NAME.matcher(text).matches();
    }

    private static String rule(String orElse) {
        return "legal " + NAME + orElse;
    }
}
