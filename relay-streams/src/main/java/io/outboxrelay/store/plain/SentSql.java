package io.outboxrelay.store.plain;

import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.SentQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The statements that read rows that are marked as sent, by the outbox's settings: names were validated there. */
final class SentSql {
    private final OutboxSettings settings;
    private final ColumnSettings columns;
    private final Dialect dialect;
    private final String from;
    private final String order;
    private final String id;

    SentSql(OutboxSettings settings) {
        this.settings = settings;
        this.columns = settings.columns();
        this.dialect = Dialect.of(settings.database().kind());
        this.order = dialect.name(columns.order());
        this.id = dialect.name(columns.id());
        this.from = " from " + settings.table() + " where " + dialect.name(columns.marked()) + " is not null";
    }

    /** Id, place and time of the first of them, if there is one. */
    String first() {
        return head() + from + " order by " + order + ", " + id + " limit 1";
    }

    /** Likewise of the last. */
    String last() {
        return head() + from + " order by " + order + " desc, " + id + " desc limit 1";
    }

    private String head() {
        String now = "current_timestamp";
        String created = columns.createdAt().isEmpty()
                ? now
                : "coalesce(" + dialect.name(columns.createdAt()) + ", " + now + ")";
        return "select " + id + ", " + order + ", " + dialect.moment(created);
    }

    /**
     * Whole rows as {@link PlainRow} reads them, lowest first. Parameters: the last place; where it goes on, twice the place
     * and the id of the last row before; {@link #values}; limit.
     */
    String rows(SentQuery query, boolean goesOn, boolean binaryPayload) {
        EventColumns events = new EventColumns(
                dialect, columns, binaryPayload, settings.reader().maxPayload());
        StringBuilder where = new StringBuilder(" and " + order + " <= ?");
        if (goesOn) {
            where.append(" and (" + order + " > ? or (" + order + " = ? and " + id + " > ?))");
        }
        String created = columns.createdAt().isEmpty() ? "" : dialect.moment(dialect.name(columns.createdAt()));
        append(where, query.from(), created + " >= ?");
        append(where, query.until(), created + " < ?");
        append(where, query.aggregateType(), sameText(columns.aggregateType()));
        append(where, query.key(), sameText(columns.aggregateId()));
        return head() + ", " + events.select() + from + where + " order by " + order + ", " + id + " limit ?";
    }

    private String sameText(String column) {
        return dialect.sameText(dialect.text(dialect.name(column)), "?");
    }

    private static void append(StringBuilder where, @Nullable Object wanted, String condition) {
        if (wanted != null) {
            where.append(" and ").append(condition);
        }
    }

    /** What the conditions of the query compare with. */
    List<Object> values(SentQuery query) {
        List<Object> values = new ArrayList<>();
        for (Instant time : new Instant[] {query.from(), query.until()}) {
            if (time != null) {
                values.add(dialect.momentValue(time));
            }
        }
        if (query.aggregateType() != null) {
            values.add(query.aggregateType());
        }
        if (query.key() != null) {
            values.add(query.key());
        }
        return values;
    }
}
