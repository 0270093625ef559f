package io.outboxrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** Tells running processes from dead ones that nobody has reaped yet, as is common in containers. */
final class RunningProcesses {
    private RunningProcesses() {}

    static boolean isRunning(long pid) {
        if (ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty()) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException noSuchProcessOrNoProc) {
            return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
        }
    }

    static void awaitEnd(long pid) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() ->
                        assertThat(isRunning(pid)).as("process %d runs", pid).isFalse());
    }
}
