package io.outboxrelay.settings;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Everything found wrong so far, by full path; the first problem of a path stands, what follows from it does not. */
final class Problems {
    private final Map<String, String> textByPath = new LinkedHashMap<>();

    void add(String path, String text) {
        textByPath.putIfAbsent(path, text);
    }

    /** True where a setting ending in `key` is wrong already, so that comparing with it would mislead. */
    boolean concerns(String key) {
        return textByPath.keySet().stream().anyMatch(path -> path.endsWith("." + key));
    }

    void orThrow() {
        if (!textByPath.isEmpty()) {
            List<String> lines = new ArrayList<>();
            textByPath.forEach((path, text) -> lines.add(path + text));
            throw new SettingsException(lines);
        }
    }
}
