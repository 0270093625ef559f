package io.outboxrelay.sandbox;

/** Closes a sandbox server when the JVM ends without having closed it, for instance on SIGTERM or SIGINT. */
final class ExitHook {
    private final Thread thread;

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
