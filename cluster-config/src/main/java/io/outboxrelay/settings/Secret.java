package io.outboxrelay.settings;

import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** A value that never shows itself: `toString` hides it, `reveal` is called only where it is handed on. */
public record Secret(String reveal) {
    private static final String HIDDEN = "***";
    private static final Pattern SECRET_KEY =
            Pattern.compile("password|secret|jaas|token|key", Pattern.CASE_INSENSITIVE);

    @Override
    public String toString() {
        return HIDDEN;
    }

    /** A copy, in key order, that may be shown: values whose key speaks of a secret are hidden. */
    static Map<String, String> masked(Map<String, String> properties) {
        Map<String, String> shown = new TreeMap<>(properties);
        shown.replaceAll((key, value) -> SECRET_KEY.matcher(key).find() ? HIDDEN : value);
        return shown;
    }
}
