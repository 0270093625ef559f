package io.outboxrelay.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

/** The time of day as one process sees it, set by libfaketime; time that passes is left as it is. */
record WallClock(Path library, Path file) {
    private static final Path LIBRARIES = Path.of("/usr/lib");
    private static final Path LIBRARY = Path.of("faketime", "libfaketimeMT.so.1");

    /** @throws IllegalStateException where libfaketime is not installed */
    static WallClock in(Path file) throws IOException {
        try (Stream<Path> folders = Files.list(LIBRARIES)) {
            Path library = Stream.concat(Stream.of(LIBRARIES), folders)
                    .map(folder -> folder.resolve(LIBRARY))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow(() -> new IllegalStateException("CLOCK needs " + LIBRARY + " below " + LIBRARIES
                            + ", Debian's package faketime; install it, or name the other faults in -Dcluster.faults"));
            return new WallClock(library, file).set(Duration.ZERO);
        }
    }

    /** Within a second, also for a process that runs. */
    WallClock set(Duration ahead) {
        try {
            Path next = file.resolveSibling(file.getFileName() + ".next");
            Files.writeString(next, "%+d".formatted(ahead.toSeconds()));
            Files.move(next, file, StandardCopyOption.REPLACE_EXISTING);
            return this;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** For a process to be started under it. With libfaketime's own fix of monotonic waits these end at once, in a JVM. */
    Map<String, String> environment() {
        return Map.of(
                "LD_PRELOAD",
                library.toString(),
                "FAKETIME_TIMESTAMP_FILE",
                file.toString(),
                "FAKETIME_CACHE_DURATION",
                "1",
                "FAKETIME_DONT_FAKE_MONOTONIC",
                "1",
                "DONT_FAKE_MONOTONIC",
                "1",
                "FAKETIME_FORCE_MONOTONIC_FIX",
                "0");
    }
}
