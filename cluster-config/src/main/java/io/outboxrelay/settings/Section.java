package io.outboxrelay.settings;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigException;
import com.typesafe.config.ConfigUtil;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueType;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Where the settings of one record are read from: a block, and the blocks it falls back to, the most particular first.
 * A value that cannot be read is a problem, and the default stands in for it, so that reading goes on.
 */
final class Section {
    private static final Pattern COMMA = Pattern.compile("\\s*,\\s*");

    private final List<Block> blocks;
    private final Block defaults;
    private final Problems problems;

    Section(List<Block> blocks, Block defaults, Problems problems) {
        this.blocks = blocks;
        this.defaults = defaults;
        this.problems = problems;
    }

    List<Block> blocks() {
        return blocks;
    }

    Section sub(String name) {
        List<Block> subs = blocks.stream()
                .flatMap(block -> block.child(name, problems).stream())
                .toList();
        return new Section(subs, defaults.child(name, problems).orElseThrow(), problems);
    }

    /** Each block by itself, the most particular first. */
    List<Section> each() {
        return blocks.stream()
                .map(block -> new Section(List.of(block), defaults, problems))
                .toList();
    }

    /** The same settings, where this section has none taken from `other`. */
    Section over(Section other) {
        return new Section(Stream.concat(blocks.stream(), other.blocks.stream()).toList(), defaults, problems);
    }

    /** Builds a record from this section; if its rules refuse, records why and builds it from the defaults. */
    <T> T build(Function<Section, T> constructor) {
        try {
            return constructor.apply(this);
        } catch (IllegalSettings refused) {
            refused.problems().forEach(this::add);
            return constructor.apply(new Section(List.of(), defaults, problems));
        }
    }

    void add(Problem problem) {
        if (!problem.versus().isEmpty() && problems.concerns(problem.versus())) {
            return;
        }
        Block block = blocks.stream()
                .filter(candidate -> candidate.has(problem.key())
                        || (!problem.versus().isEmpty() && candidate.has(problem.versus())))
                .findFirst()
                .orElseGet(() -> blocks.isEmpty() ? defaults : blocks.get(blocks.size() - 1));
        Optional<ConfigValue> written = block.value(problem.key());
        String illegal = problem.value();
        String value = illegal == null
                ? ""
                : " = " + written.map(found -> shown(found, illegal)).orElse(illegal);
        problems.add(
                block.pathOf(problem.key()),
                value + written.map(Section::origin).orElse("") + ": " + problem.rule());
    }

    String text(String key) {
        return read(key, Config::getString, "a text");
    }

    Duration duration(String key) {
        return read(key, Config::getDuration, "a duration such as 500 ms, 5 s or 2 m");
    }

    boolean flag(String key) {
        return read(key, Config::getBoolean, "true or false");
    }

    /** A whole number; beyond `int` it is cut to the nearest, so that the range of the setting refuses it. */
    int integer(String key) {
        long value = read(key, Section::wholeNumber, "a whole number");
        return (int) Math.max(Integer.MIN_VALUE, Math.min(Integer.MAX_VALUE, value));
    }

    long bytes(String key) {
        return read(key, Config::getBytes, "a size such as 512 KiB or 1 MiB");
    }

    List<String> texts(String key) {
        return read(key, Config::getStringList, "a list of texts");
    }

    /** A list, or one text with commas in between, as an environment variable has it. */
    List<String> listOrText(String key) {
        return read(
                key,
                (config, name) -> config.getValue(name).valueType() == ConfigValueType.STRING
                        ? COMMA.splitAsStream(config.getString(name).strip())
                                .filter(text -> !text.isEmpty())
                                .toList()
                        : config.getStringList(name),
                "a list of texts, or one text with commas in between");
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) {
        String legal = Stream.of(type.getEnumConstants())
                .map(constant -> constant.toString().toLowerCase(Locale.ROOT))
                .collect(Collectors.joining(" | "));
        return read(key, (config, name) -> constant(type, config.getString(name)), "one of " + legal);
    }

    /** A block of free keys, flattened: `sasl { mechanism = PLAIN }` is `sasl.mechanism`. */
    Map<String, String> properties(String name) {
        Map<String, String> merged = new TreeMap<>();
        for (int i = blocks.size() - 1; i >= 0; i--) {
            blocks.get(i).child(name, problems).ifPresent(block -> {
                block.openToAnyKey();
                block.config().entrySet().forEach(entry -> {
                    String key = String.join(".", ConfigUtil.splitPath(entry.getKey()));
                    Object value = entry.getValue().unwrapped();
                    if (value instanceof List) {
                        problems.add(block.pathOf(key), ": is a list; legal a text, a number, true or false");
                    } else {
                        merged.put(key, String.valueOf(value));
                    }
                });
            });
        }
        return merged;
    }

    private <T> T read(String key, BiFunction<Config, String, T> getter, String legal) {
        blocks.forEach(block -> block.know(key));
        for (Block block : blocks) {
            if (block.has(key)) {
                try {
                    return getter.apply(block.config(), key);
                } catch (ConfigException | ArithmeticException | IllegalArgumentException e) {
                    problems.add(block.pathOf(key), unreadable(block, key) + ": legal " + legal);
                    break;
                }
            }
        }
        return getter.apply(defaults.config(), key);
    }

    private static String unreadable(Block block, String key) {
        return block.value(key)
                .map(value -> " = " + shown(value, "a block or a list") + origin(value))
                .orElse(" = null");
    }

    /** Where a value was written; a default needs no telling. */
    private static String origin(ConfigValue value) {
        String origin = value.origin().description();
        boolean plain = value.valueType() != ConfigValueType.OBJECT && !origin.startsWith("reference.conf");
        return plain ? " (" + origin + ")" : "";
    }

    private static long wholeNumber(Config config, String key) {
        double number = config.getDouble(key);
        if (number != Math.rint(number)) {
            throw new IllegalArgumentException("not whole");
        }
        return (long) number;
    }

    private static <E extends Enum<E>> E constant(Class<E> type, String text) {
        return Stream.of(type.getEnumConstants())
                .filter(constant -> constant.toString().toLowerCase(Locale.ROOT).equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("not a " + type.getSimpleName()));
    }

    /** The value as the file has it; of a list, the element in question. */
    private static String shown(ConfigValue value, String element) {
        return switch (value.valueType()) {
            case STRING, NUMBER, BOOLEAN -> String.valueOf(value.unwrapped());
            case OBJECT, LIST, NULL -> element;
        };
    }
}
