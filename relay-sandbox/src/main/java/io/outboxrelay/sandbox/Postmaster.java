package io.outboxrelay.sandbox;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;

/** The running PostgreSQL server process of one data directory, as its pid file names it. */
record Postmaster(long pid, Path pidFile) {
    private static final Duration POLL = Duration.ofMillis(20);

    static Optional<Postmaster> of(Path dataDirectory) {
        Path pidFile = dataDirectory.resolve("postmaster.pid");
        try {
            List<String> lines = Files.readAllLines(pidFile);
            return lines.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new Postmaster(Long.parseLong(lines.get(0).trim()), pidFile));
        } catch (IOException notRunning) {
            return Optional.empty();
        }
    }

    /** SIGQUIT is PostgreSQL's immediate shutdown: no checkpoint, sessions are cut, the next start recovers. */
    void crash(Duration limit) {
        Signal.QUIT.send(pid, limit);
        if (!awaitGone(limit)) {
            throw new IllegalStateException("the PostgreSQL process " + pid + " still runs " + limit.toSeconds()
                    + " s after an immediate shutdown");
        }
    }

    /** Waits for an orderly end that was already asked for; past the limit the process and its children are killed. */
    void awaitGoneOrKill(Duration limit) {
        if (!awaitGone(limit)) {
            ProcessHandle.of(pid).ifPresent(process -> {
                process.descendants().forEach(ProcessHandle::destroyForcibly);
                process.destroyForcibly();
            });
        }
    }

    private boolean awaitGone(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        while (!isGone()) {
            if (System.nanoTime() - deadline > 0) {
                return false;
            }
            LockSupport.parkNanos(POLL.toNanos());
        }
        return true;
    }

    /** The pid file goes last; where nobody reaps orphans the dead process itself may stay visible for ever. */
    private boolean isGone() {
        return !Files.exists(pidFile)
                || ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty();
    }
}
