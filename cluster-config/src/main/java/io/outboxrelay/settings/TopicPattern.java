package io.outboxrelay.settings;

import java.util.Optional;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** Rules for a topic that is made by matching a field, as Kafka Connect's RegexRouter does. */
final class TopicPattern {
    private TopicPattern() {}

    static Optional<String> regexProblem(String regex) {
        try {
            Pattern.compile(regex);
            return Optional.empty();
        } catch (PatternSyntaxException e) {
            return Optional.of("legal a regular expression of Java; " + e.getDescription() + " at " + e.getIndex());
        }
    }

    /** For a regex that is legal. */
    static Optional<String> replacementProblem(String regex, String replacement) {
        try {
            // An empty alternative always matches, and leaves every group of the regex legal and empty.
            Pattern.compile("|" + regex).matcher("").replaceFirst(replacement);
            return Optional.empty();
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            return Optional.of("legal a replacement that refers to groups of the regular expression " + regex + "; "
                    + e.getMessage());
        }
    }
}
