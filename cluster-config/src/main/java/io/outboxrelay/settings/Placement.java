package io.outboxrelay.settings;

import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;

/** A field of the row that travels beside the payload, and under which name. */
public record Placement(RowField field, Target target, String alias) {

    /** Where a field is put. */
    public enum Target {
        /** A record header named by the alias. */
        HEADER,
        /** A member of the value, which becomes a JSON object with the payload in member `payload`. */
        ENVELOPE,
        /** The number of the record's partition; the alias means nothing. */
        PARTITION
    }

    static final String GRAMMAR = "field:header|envelope|partition[:alias]";

    /** Reads {@link #GRAMMAR}; without an alias the field's name as it is written is the alias. */
    static Optional<Placement> parse(String text, Function<String, Optional<RowField>> fieldByName) {
        String[] parts = text.strip().split(":", -1);
        if (parts.length < 2 || parts.length > 3 || parts[parts.length - 1].isBlank()) {
            return Optional.empty();
        }
        String alias = parts.length == 3 ? parts[2].strip() : parts[0].strip();
        String target = parts[1].strip().toUpperCase(Locale.ROOT);
        return Stream.of(Target.values())
                .filter(known -> known.name().equals(target))
                .findFirst()
                .flatMap(known -> fieldByName.apply(parts[0].strip()).map(field -> new Placement(field, known, alias)));
    }

    @Override
    public String toString() {
        return field + ":" + target.name().toLowerCase(Locale.ROOT) + ":" + alias;
    }
}
