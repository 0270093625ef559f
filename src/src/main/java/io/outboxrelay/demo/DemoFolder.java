package io.outboxrelay.demo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** The temporary folder everything of one run lives in. */
record DemoFolder(Path path, boolean keep) implements AutoCloseable {

    static DemoFolder create(boolean keep) throws IOException {
        return new DemoFolder(Files.createTempDirectory("outbox-relay-demo-"), keep);
    }

    /** The last lines of a log inside, for an error message. */
    static List<String> tail(Path log, int lines) {
        try {
            List<String> all = Files.readAllLines(log);
            return all.subList(Math.max(0, all.size() - lines), all.size());
        } catch (IOException e) {
            return List.of("(no log at " + log + ")");
        }
    }

    @Override
    public void close() {
        if (keep) {
            return;
        }
        try (Stream<Path> files = Files.walk(path)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the demo's folder " + path, e);
        }
    }
}
