package io.outboxrelay.settings;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * docs/configuration.md, made of reference.conf: one table for each block, in the file's order. It reads the file by its
 * layout: what a setting means stands behind it and, from the same column on, below it; what a block is for, above it.
 */
final class ReferenceDocument {
    private static final Pattern BLOCK = Pattern.compile("([\\w.-]+) \\{(?:\\s+# ?(.*))?");
    private static final Pattern VARIABLE = Pattern.compile("([\\w.-]+) = \\$\\{\\?(\\w+)}");
    private static final Pattern SETTING = Pattern.compile("([\\w.-]+) (?:= )?(.*?)(?:\\s+# ?(.*))?");
    private static final Pattern ITEM = Pattern.compile("\\s{2,}\\S+(:| {2}).*");
    private static final int MARGIN = 20;

    private final Map<String, Block> blocks = new LinkedHashMap<>();
    private final Deque<String> path = new ArrayDeque<>();
    private final List<String> above = new ArrayList<>();
    private List<String> last = new ArrayList<>();

    private record Block(List<String> purpose, Map<String, Setting> settings) {}

    private record Setting(String value, List<String> variables, List<String> meaning) {}

    private ReferenceDocument() {}

    /** In Markdown. */
    static String of(String reference) {
        ReferenceDocument document = new ReferenceDocument();
        String[] lines = reference.split("\n", -1);
        for (String line : lines) {
            document.read(line);
        }
        return document.text();
    }

    private void read(String line) {
        String text = line.strip();
        if (text.isEmpty()) {
            return;
        }
        if (text.startsWith("#")) {
            String comment = text.substring(1);
            (line.indexOf('#') > MARGIN ? last : above).add(comment.startsWith(" ") ? comment.substring(1) : comment);
            return;
        }
        Matcher block = BLOCK.matcher(text);
        Matcher variable = VARIABLE.matcher(text);
        if (text.equals("}")) {
            path.removeLast();
        } else if (block.matches()) {
            open(block);
        } else if (variable.matches()) {
            setting(variable.group(1), "").variables().add(variable.group(2));
        } else {
            Matcher setting = SETTING.matcher(text);
            if (!setting.matches()) {
                throw new IllegalArgumentException("reference.conf: " + line);
            }
            Setting read = setting(setting.group(1), setting.group(2));
            read.meaning().addAll(taken());
            comment(setting.group(3), read.meaning());
            last = read.meaning();
        }
    }

    private void open(Matcher block) {
        path.addLast(block.group(1));
        Block opened = new Block(taken(), new LinkedHashMap<>());
        comment(block.group(2), opened.purpose());
        last = opened.purpose();
        blocks.put(String.join(".", path), opened);
    }

    private static void comment(String text, List<String> lines) {
        if (text != null) {
            lines.add(text);
        }
    }

    private List<String> taken() {
        List<String> lines = new ArrayList<>(above);
        above.clear();
        return lines;
    }

    private Setting setting(String key, String value) {
        Block block = blocks.get(String.join(".", path));
        return block.settings().computeIfAbsent(key, k -> new Setting(value, new ArrayList<>(), new ArrayList<>()));
    }

    private String text() {
        StringBuilder text = new StringBuilder("# Configuration\n\n");
        text.append("Made of [reference.conf](../cluster-config/src/main/resources/reference.conf), which a node reads")
                .append(" the defaults from; do not edit.\n");
        blocks.forEach((name, block) -> {
            if (!block.settings().isEmpty() || !block.purpose().isEmpty()) {
                text.append("\n## `").append(name).append("`\n\n");
                text.append(paragraph(block.purpose(), "\n"));
                table(block, text);
            }
        });
        return text.toString();
    }

    private static void table(Block block, StringBuilder text) {
        if (block.settings().isEmpty()) {
            return;
        }
        text.append("| setting | default | environment variable | meaning |\n|---|---|---|---|\n");
        block.settings().forEach((key, setting) -> {
            String variables =
                    setting.variables().isEmpty() ? "" : "`" + String.join("`, `", setting.variables()) + "`";
            text.append("| `%s` | `%s` | %s | %s |\n"
                    .formatted(
                            key,
                            setting.value(),
                            variables,
                            paragraph(setting.meaning(), "").replace("|", "\\|")));
        });
    }

    /** One paragraph; lines that are set in begin a line of their own. */
    private static String paragraph(List<String> lines, String end) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            boolean setIn = ITEM.matcher(line).matches();
            text.append(text.isEmpty() ? "" : setIn ? "<br>" : " ").append(escaped(line.strip()));
        }
        return text.isEmpty() ? "" : text + end + end;
    }

    private static String escaped(String line) {
        return line.replace("<", "&lt;").replace("*", "\\*");
    }
}
