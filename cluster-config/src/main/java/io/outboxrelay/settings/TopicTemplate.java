package io.outboxrelay.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of a topic with fields of the row in it: `{aggregatetype}.events`.
 *
 * @param literals what stands before each field, and after the last
 */
public record TopicTemplate(List<String> literals, List<RowField> fields) {
    /** What Kafka accepts as the name of a topic. */
    public static final String LEGAL_TOPIC = "[a-zA-Z0-9._-]{1,249}";

    private static final int MAX_CHARS = 249;
    private static final Pattern FIELD = Pattern.compile("\\{([^{}]*)}");

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException saying what is wrong with it
     */
    public static TopicTemplate of(String text) {
        List<String> literals = new ArrayList<>();
        List<RowField> fields = new ArrayList<>();
        Matcher found = FIELD.matcher(text);
        int end = 0;
        while (found.find()) {
            literals.add(text.substring(end, found.start()));
            Optional<RowField> field = RowField.named(found.group(1));
            fields.add(field.orElseThrow(() -> new IllegalArgumentException(
                    "there is no field " + found.group() + "; legal in braces " + RowField.LEGAL)));
            end = found.end();
        }
        literals.add(text.substring(end));
        String fixed = String.join("", literals);
        if (fields.isEmpty() ? !isTopic(fixed) : !fixed.isEmpty() && !hasTopicCharacters(fixed)) {
            throw new IllegalArgumentException("legal around fields in braces " + LEGAL_TOPIC);
        }
        return new TopicTemplate(List.copyOf(literals), List.copyOf(fields));
    }

    /** What is wrong with a template, if anything is. */
    static Optional<String> problem(String text) {
        try {
            of(text);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** True for {@link #LEGAL_TOPIC}, except for the two names that Kafka keeps to itself. */
    public static boolean isTopic(String name) {
        return hasTopicCharacters(name) && !name.equals(".") && !name.equals("..");
    }

    private static boolean hasTopicCharacters(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean legal = (c >= 'a' && c <= 'z')
                    || (c >= 'A' && c <= 'Z')
                    || (c >= '0' && c <= '9')
                    || c == '.'
                    || c == '_'
                    || c == '-';
            if (!legal) {
                return false;
            }
        }
        return !name.isEmpty() && name.length() <= MAX_CHARS;
    }
}
