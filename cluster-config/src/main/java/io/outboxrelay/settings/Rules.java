package io.outboxrelay.settings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** The rules of one settings record: every one is checked, then all broken ones are thrown together. */
final class Rules {
    private final List<Problem> broken = new ArrayList<>();

    Rules between(String key, long value, long min, long max) {
        return that(value >= min && value <= max, key, value, "legal " + min + " to " + max);
    }

    Rules between(String key, Duration value, Duration min, Duration max) {
        boolean legal = value.compareTo(min) >= 0 && value.compareTo(max) <= 0;
        return that(legal, key, text(value), "legal " + text(min) + " to " + text(max));
    }

    /** `value` must be at least the setting `lowKey`, and at most `max`. */
    Rules between(String key, Duration value, String lowKey, Duration low, Duration max) {
        boolean legal = value.compareTo(low) >= 0 && value.compareTo(max) <= 0;
        String rule = "legal " + lowKey + " (" + text(low) + ") to " + text(max);
        return versus(legal, key, lowKey, text(value), rule);
    }

    /** A value nothing works without; `variable` is the environment variable that would set it. */
    Rules required(String key, String value, String variable) {
        if (value.isBlank()) {
            broken.add(Problem.of(key, null, "is required; set it, or the environment variable " + variable));
        }
        return this;
    }

    /** Where the value may hold a secret: says only that it is wrong. An empty value is left to {@link #required}. */
    Rules hidden(String key, String value, Predicate<String> legal, String rule) {
        if (!value.isBlank() && !legal.test(value)) {
            broken.add(Problem.of(key, null, rule));
        }
        return this;
    }

    Rules that(boolean legal, String key, Object value, String rule) {
        return versus(legal, key, "", value, rule);
    }

    Rules versus(boolean legal, String key, String otherKey, Object value, String rule) {
        if (!legal) {
            broken.add(new Problem(key, otherKey, String.valueOf(value), rule));
        }
        return this;
    }

    void orThrow() {
        if (!broken.isEmpty()) {
            throw new IllegalSettings(broken);
        }
    }

    /** A duration as one would write it in the file. */
    static String text(Duration duration) {
        if (duration.isZero() || duration.toNanosPart() % 1_000_000 != 0) {
            return duration.isZero() ? "0 s" : duration.toString();
        }
        if (duration.toMillisPart() != 0) {
            return duration.toMillis() + " ms";
        }
        long seconds = duration.toSeconds();
        if (seconds % 3600 == 0) {
            return seconds / 3600 + " h";
        }
        return seconds % 60 == 0 ? seconds / 60 + " m" : seconds + " s";
    }
}
