package io.outboxrelay.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeMap;

/** One `{ }` of the file: its path, its values, and which of its keys mean something. */
final class Block {
    private final String path;
    private final ConfigObject values;
    private final TreeMap<String, Optional<Block>> known = new TreeMap<>();
    private boolean open;

    Block(String path, ConfigObject values) {
        this.path = path;
        this.values = values;
    }

    String pathOf(String key) {
        if (path.isEmpty()) {
            return key;
        }
        return key.isEmpty() ? path : path + "." + key;
    }

    Config config() {
        return values.toConfig();
    }

    /** Every key is legal, as in the properties of a driver. */
    void openToAnyKey() {
        open = true;
    }

    boolean has(String dottedKey) {
        return dottedKey.isEmpty() || config().hasPathOrNull(dottedKey);
    }

    /** What is written for a key, unless nothing or null is. */
    Optional<ConfigValue> value(String dottedKey) {
        return !dottedKey.isEmpty() && config().hasPath(dottedKey)
                ? Optional.of(config().getValue(dottedKey))
                : Optional.empty();
    }

    void know(String key) {
        known.putIfAbsent(key, Optional.empty());
    }

    /** The block below `name`, if there is one; something else in its place is a problem. */
    Optional<Block> child(String name, Problems problems) {
        Optional<Block> seen = known.get(name);
        if (seen != null && seen.isPresent()) {
            return seen;
        }
        ConfigValue value = values.get(name);
        Optional<Block> child = Optional.empty();
        String childPath = pathOf(ConfigUtil.joinPath(name));
        if (value instanceof ConfigObject object) {
            child = Optional.of(new Block(childPath, object));
        } else if (value != null) {
            String kind = value.valueType() == ConfigValueType.NULL ? "null" : "a single value or a list";
            problems.add(childPath, ": is " + kind + "; legal a block { ... }");
        }
        known.put(name, child);
        return child;
    }

    /** Reports each key that nothing reads, here and in the blocks below. */
    void reportUnknownKeys(Problems problems) {
        if (!open) {
            values.keySet().stream()
                    .filter(key -> !known.containsKey(key))
                    .sorted()
                    .forEach(key -> problems.add(
                            pathOf(ConfigUtil.joinPath(key)),
                            ": unknown key; did you mean " + nearest(key, known.keySet()) + "?"));
        }
        known.values().forEach(child -> child.ifPresent(block -> block.reportUnknownKeys(problems)));
    }

    private static String nearest(String key, Collection<String> legal) {
        return legal.stream()
                .min(Comparator.comparingInt(candidate -> edits(key, candidate)))
                .orElse("nothing: the block takes no keys");
    }

    /** Levenshtein distance. */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j < row.length; j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j < row.length; j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[to.length()];
    }
}
