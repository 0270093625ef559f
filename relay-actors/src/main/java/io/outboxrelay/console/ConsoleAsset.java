package io.outboxrelay.console;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.ContentType;
import org.apache.pekko.http.javadsl.model.ContentTypes;

/** What the page is made of; nothing else is served. Read once. */
final class ConsoleAsset {
    private static final ContentType SCRIPT = ContentTypes.parse("text/javascript; charset=UTF-8");

    static final ConsoleAsset PAGE = new ConsoleAsset("index.html", ContentTypes.TEXT_HTML_UTF8);

    static final List<ConsoleAsset> ALL = List.of(
            PAGE,
            new ConsoleAsset("style.css", ContentTypes.parse("text/css; charset=UTF-8")),
            new ConsoleAsset("icon.svg", ContentTypes.parse("image/svg+xml")),
            new ConsoleAsset("app.js", SCRIPT),
            new ConsoleAsset("actions.js", SCRIPT),
            new ConsoleAsset("dom.js", SCRIPT),
            new ConsoleAsset("feed.js", SCRIPT),
            new ConsoleAsset("history.js", SCRIPT),
            new ConsoleAsset("model.js", SCRIPT),
            new ConsoleAsset("nodes.js", SCRIPT),
            new ConsoleAsset("parked.js", SCRIPT),
            new ConsoleAsset("table.js", SCRIPT));

    private final String file;
    private final ContentType type;
    private final byte[] content;

    private ConsoleAsset(String file, ContentType type) {
        this.file = file;
        this.type = type;
        this.content = read(file);
    }

    static Optional<ConsoleAsset> named(String file) {
        return ALL.stream().filter(asset -> asset.file.equals(file)).findFirst();
    }

    String file() {
        return file;
    }

    ContentType type() {
        return type;
    }

    byte[] content() {
        return content.clone();
    }

    private static byte[] read(String file) {
        try (InputStream resource = ConsoleAsset.class.getResourceAsStream(file)) {
            if (resource == null) {
                throw new IllegalStateException("the console's " + file + " is missing from this build");
            }
            return resource.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
