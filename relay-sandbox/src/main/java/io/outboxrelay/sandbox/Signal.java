package io.outboxrelay.sandbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** POSIX signals beyond those that Java can send. */
enum Signal {
    QUIT,
    STOP,
    CONT;

    void send(long pid, Duration limit) {
        try {
            Process kill = new ProcessBuilder("sh", "-c", "kill -" + name() + " " + pid)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            if (!kill.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS) || kill.exitValue() != 0) {
                throw new IllegalStateException("cannot send SIG" + name() + " to process " + pid);
            }
        } catch (IOException e) {
            throw new UncheckedIOException("cannot run sh to send SIG" + name() + " to process " + pid, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while sending SIG" + name() + " to process " + pid, e);
        }
    }
}
