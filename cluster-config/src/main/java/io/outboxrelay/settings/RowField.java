package io.outboxrelay.settings;

import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What of a row can decide where it goes and what travels with it.
 *
 * @param member of column `headers` the member meant; otherwise empty
 */
public record RowField(Column column, String member) {

    /** The columns of the relay's own table, by their names; a plain table may call them otherwise. */
    public enum Column {
        ID,
        AGGREGATETYPE,
        AGGREGATEID,
        TYPE,
        CREATED_AT,
        HEADERS;

        String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final String LEGAL = "id | aggregatetype | aggregateid | type | created_at | headers.<name>";
    private static final String HEADER = "headers.";

    /** A whole column. */
    public static RowField of(Column column) {
        return new RowField(column, "");
    }

    /** By its name, such as `type` or `headers.tenant`. */
    static Optional<RowField> named(String name) {
        if (name.startsWith(HEADER)) {
            String member = name.substring(HEADER.length());
            return member.isBlank() ? Optional.empty() : Optional.of(new RowField(Column.HEADERS, member));
        }
        return Stream.of(Column.values())
                .filter(column -> column != Column.HEADERS && column.text().equals(name))
                .findFirst()
                .map(RowField::of);
    }

    @Override
    public String toString() {
        return column == Column.HEADERS ? HEADER + member : column.text();
    }
}
