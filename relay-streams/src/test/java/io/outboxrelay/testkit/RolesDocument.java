package io.outboxrelay.testkit;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The SQL of docs/roles.md, word for word. */
public final class RolesDocument {
    private static final Path DOCUMENT = Path.of("..", "docs", "roles.md");

    private RolesDocument() {}

    /** The one fenced block whose info string is `sql name`. */
    public static String block(String name) {
        Matcher block = Pattern.compile("^```sql " + name + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(read());
        if (!block.find()) {
            throw new IllegalStateException("no block 'sql " + name + "' in " + DOCUMENT.toAbsolutePath());
        }
        return block.group(1);
    }

    /** The same, one by one, for databases that take one statement at a time. */
    public static List<String> statements(String name) {
        return Stream.of(block(name).split(";"))
                .map(String::strip)
                .filter(statement -> !statement.isEmpty())
                .toList();
    }

    private static String read() {
        try {
            return Files.readString(DOCUMENT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
