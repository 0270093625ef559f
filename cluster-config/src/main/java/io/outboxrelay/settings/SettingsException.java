package io.outboxrelay.settings;

import java.util.List;

/** The configuration cannot be used; says everything that is wrong with it, one problem a line, and no secret. */
public final class SettingsException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final List<String> problems;

    /** Each problem is a line of its own. */
    public SettingsException(List<String> problems) {
        super(String.join(System.lineSeparator(), problems));
        this.problems = List.copyOf(problems);
    }

    /** Each problem with its full path, its value and what would be legal. */
    public List<String> problems() {
        return problems;
    }
}
