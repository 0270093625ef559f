package io.outboxrelay.demo;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Ctrl-C and SIGTERM: asks the demo to stop and keeps the JVM until it has, in the demo's order. Without it every part
 * would go down at once, the database before the nodes.
 */
final class StopRequest implements AutoCloseable {
    private static final Duration LIMIT = Duration.ofSeconds(90);

    private final CountDownLatch asked = new CountDownLatch(1);
    private final CountDownLatch done = new CountDownLatch(1);

    static StopRequest register() {
        StopRequest request = new StopRequest();
        Runtime.getRuntime().addShutdownHook(new Thread(request::askAndWait, "demo-stop"));
        return request;
    }

    boolean asked() {
        return asked.getCount() == 0;
    }

    /** Waits that long, less if asked to stop meanwhile. */
    boolean askedWithin(Duration time) throws InterruptedException {
        return asked.await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Everything is stopped; the JVM may go. */
    @Override
    public void close() {
        done.countDown();
    }

    private void askAndWait() {
        asked.countDown();
        try {
            if (!done.await(LIMIT.toSeconds(), TimeUnit.SECONDS)) {
                System.err.println("error: the demo did not stop within " + LIMIT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
