package io.outboxrelay.store.plain;

import io.outboxrelay.settings.ColumnSettings;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How the columns are selected that the application fills as it likes: aggregate type and id, type, payload, headers, trace
 * context.
 * No value above a limit is fetched, and none can make the statement fail for the rows beside it.
 */
final class EventColumns {
    private final List<Column> columns;
    private final long maxBytes;

    /** One column: its value, its size in bytes, its name for people. */
    private record Column(String value, String bytes, String name) {}

    /** @param binaryPayload whether the payload is not text */
    EventColumns(Dialect dialect, ColumnSettings settings, boolean binaryPayload, long maxBytes) {
        this.maxBytes = maxBytes;
        String key = dialect.text(dialect.name(settings.aggregateId()));
        Stream<Column> fixed = Stream.of(
                text(dialect, dialect.name(settings.aggregateType()), settings.aggregateType()),
                text(dialect, key, settings.aggregateId()),
                text(dialect, dialect.name(settings.type()), settings.type()),
                binaryPayload
                        ? binary(dialect.name(settings.payload()), settings.payload())
                        : text(dialect, dialect.name(settings.payload()), settings.payload()));
        Stream<Column> further = Stream.of(settings.headers(), settings.traceContext())
                .filter(name -> !name.isEmpty())
                .map(name -> text(dialect, dialect.name(name), name));
        this.columns = Stream.concat(fixed, further).toList();
    }

    private static Column text(Dialect dialect, String column, String name) {
        return new Column(dialect.content(column), dialect.bytesOf(column), name);
    }

    private static Column binary(String column, String name) {
        return new Column(column, "octet_length(" + column + ")", name);
    }

    /** Which column is too large and how large, or null; then the columns, null where they are too large. */
    String select() {
        String tooLarge = columns.stream()
                .map(column -> " when " + column.bytes() + " > " + maxBytes + " then concat('column " + column.name()
                        + " of ', " + column.bytes() + ", ' bytes')")
                .collect(Collectors.joining("", "case", " end"));
        return tooLarge
                + columns.stream()
                        .map(column -> ", case when " + column.bytes() + " <= " + maxBytes + " then " + column.value()
                                + " end")
                        .collect(Collectors.joining());
    }
}
