package io.outboxrelay.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/** A folder made for one server, deleted with everything in it when that server is closed. */
record TemporaryFolder(Path path) {
    static Path systemDefault() {
        return Path.of(System.getProperty("java.io.tmpdir"));
    }

    static TemporaryFolder create(Path parent, String prefix) {
        try {
            Files.createDirectories(parent);
            return new TemporaryFolder(Files.createTempDirectory(parent, prefix).toAbsolutePath());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot create a sandbox folder in " + parent, e);
        }
    }

    void delete() {
        try {
            Files.walkFileTree(path, new Deleting());
        } catch (NoSuchFileException alreadyGone) {
            return;
        } catch (IOException e) {
            throw new UncheckedIOException("cannot delete the sandbox folder " + path, e);
        }
    }

    private static final class Deleting extends SimpleFileVisitor<Path> {
        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            // A stopping server may delete its own files at the same time.
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        @Override
        public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException failure) throws IOException {
            if (failure != null) {
                throw failure;
            }
            Files.deleteIfExists(directory);
            return FileVisitResult.CONTINUE;
        }
    }
}
