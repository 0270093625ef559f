package io.outboxrelay.store;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * A position as it travels to Kafka in the transaction of the rows before it. Pure.
 *
 * @param lineage of the database it is of
 * @param end the position itself, in its store's words
 * @param released sequence numbers of parked rows that were sent and may still be on the list of parked rows
 */
public record CarriedPosition(String lineage, String end, Set<Long> released) {
    private static final String SEPARATOR = "|";

    public CarriedPosition {
        released = Set.copyOf(released);
    }

    public String text() {
        return String.join(
                SEPARATOR,
                lineage,
                end,
                new TreeSet<>(released).stream().map(String::valueOf).collect(Collectors.joining(",")));
    }

    /**
     * Of {@link #text}.
     *
     * @throws IllegalArgumentException if it is not the text of one
     */
    public static CarriedPosition parse(String text) {
        String[] parts = text.split("\\" + SEPARATOR, -1);
        if (parts.length != 3) {
            throw new IllegalArgumentException("'" + text + "' is no carried position");
        }
        Set<Long> released = parts[2].isEmpty()
                ? Set.of()
                : Arrays.stream(parts[2].split(",")).map(Long::valueOf).collect(Collectors.toUnmodifiableSet());
        return new CarriedPosition(parts[0], parts[1], released);
    }
}
