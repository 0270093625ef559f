package io.outboxrelay.sandbox;

import java.util.concurrent.CountDownLatch;

/** Closes a sandbox server when the JVM ends without having closed it, for instance on SIGTERM or SIGINT. */
final class ExitHook {
    private final Thread thread;

    /**
     * The JVM does not end before this is closed: a folder that is made meanwhile is registered by then, or deleted.
     * Refuses to begin when the JVM is ending already.
     */
    static final class Hold implements AutoCloseable {
        private final CountDownLatch done = new CountDownLatch(1);
        private final ExitHook hook;

        Hold() {
            Thread thread = new Thread(this::await, "sandbox-hold");
            Runtime.getRuntime().addShutdownHook(thread);
            this.hook = new ExitHook(thread);
        }

        private void await() {
            try {
                done.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Override
        public void close() {
            done.countDown();
            hook.cancel();
        }
    }

    private ExitHook(Thread thread) {
        this.thread = thread;
    }

    /** Deletes the server's folder and fails when the JVM is ending already, because then nobody would delete it. */
    static ExitHook register(String name, Runnable close, TemporaryFolder folder) {
        Thread thread = new Thread(close, name + "-exit-hook");
        try {
            Runtime.getRuntime().addShutdownHook(thread);
        } catch (IllegalStateException alreadyShuttingDown) {
            folder.delete();
            throw alreadyShuttingDown;
        }
        return new ExitHook(thread);
    }

    void cancel() {
        try {
            Runtime.getRuntime().removeShutdownHook(thread);
        } catch (IllegalStateException alreadyShuttingDown) {
            // The hook is running or about to run; closing twice does no harm.
            return;
        }
    }
}
