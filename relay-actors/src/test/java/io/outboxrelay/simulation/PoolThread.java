package io.outboxrelay.simulation;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ForkJoinTask;
import java.util.concurrent.FutureTask;
import java.util.concurrent.Semaphore;

/**
 * One of the common pool's two threads, for a simulation that is to be repeatable; the other one rests meanwhile.
 *
 * <p>Futures that Pekko makes of Scala's, of a stream's end and of an ask, tell their end through the common pool. With
 * threads of its own, the pool would do two such things in any order; what is given to it from one of its threads stays
 * there until that thread takes it, which {@link #doWhatWasGiven()} does.
 */
final class PoolThread implements AutoCloseable {
    private static final int THREADS = 2;

    private final Queue<FutureTask<?>> work = new ConcurrentLinkedQueue<>();
    private final Semaphore added = new Semaphore(0);
    private final CountDownLatch missing = new CountDownLatch(THREADS);
    private final CountDownLatch closed = new CountDownLatch(1);

    PoolThread() {
        if (ForkJoinPool.getCommonPoolParallelism() != THREADS) {
            throw new IllegalStateException(
                    "the simulation needs -Djava.util.concurrent.ForkJoinPool.common.parallelism=" + THREADS
                            + ", see the module's pom");
        }
        ForkJoinPool.commonPool().execute(() -> meanwhile(this::serve));
        ForkJoinPool.commonPool().execute(() -> meanwhile(closed::await));
    }

    private interface Waiting {
        void endsIt() throws InterruptedException;
    }

    /** In none of its waits may the pool start another thread instead, as it does for conditions and queues. */
    private void meanwhile(Waiting waiting) {
        try {
            missing.countDown();
            missing.await();
            waiting.endsIt();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private void serve() throws InterruptedException {
        added.acquire();
        for (FutureTask<?> next = work.poll(); next != null; next = work.poll()) {
            next.run();
            added.acquire();
        }
    }

    /** Waits for what is done there. */
    <T> T call(Callable<T> job) {
        FutureTask<T> task = new FutureTask<>(job);
        work.add(task);
        added.release();
        try {
            return task.get();
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** On that thread, whatever the pool was given from it, in that order, until there is nothing more. */
    static void doWhatWasGiven() {
        for (List<ForkJoinTask<?>> given = Given.take(); !given.isEmpty(); given = Given.take()) {
            given.forEach(PoolThread::run);
        }
    }

    /** A stage of a CompletableFuture is a task that never ends, but can be run. */
    private static void run(ForkJoinTask<?> task) {
        if (task instanceof Runnable stage) {
            stage.run();
        } else {
            task.quietlyInvoke();
        }
    }

    private abstract static class Given extends ForkJoinTask<Void> {
        private static final long serialVersionUID = 1L;

        /** The pool gives the last one first. */
        static List<ForkJoinTask<?>> take() {
            List<ForkJoinTask<?>> given = new ArrayList<>();
            for (ForkJoinTask<?> next = pollTask(); next != null; next = pollTask()) {
                given.add(next);
            }
            Collections.reverse(given);
            return given;
        }
    }

    /** Both threads are the pool's again. */
    @Override
    public void close() {
        added.release();
        closed.countDown();
    }
}
