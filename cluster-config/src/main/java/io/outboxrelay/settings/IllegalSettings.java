package io.outboxrelay.settings;

import java.util.List;
import java.util.stream.Collectors;

/** A settings record was given illegal values; the reader adds the path of the block they came from. */
final class IllegalSettings extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final transient List<Problem> problems;

    IllegalSettings(List<Problem> problems) {
        super(problems.stream().map(Problem::toString).collect(Collectors.joining("; ")));
        this.problems = List.copyOf(problems);
    }

    List<Problem> problems() {
        return problems;
    }
}
