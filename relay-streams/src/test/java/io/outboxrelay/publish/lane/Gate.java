package io.outboxrelay.publish.lane;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Holds a lane's thread once it is at one point of a transaction, until it is opened; counts its transactions. */
final class Gate implements LaneHook {
    private final Point where;
    private final Semaphore closed = new Semaphore(0);
    private final CountDownLatch reached = new CountDownLatch(1);
    private final CountDownLatch opened = new CountDownLatch(1);
    final AtomicInteger transactions = new AtomicInteger();

    Gate(Point where) {
        this.where = where;
    }

    /** The next transaction is held. */
    void shut() {
        closed.release();
    }

    void awaitReached() throws InterruptedException {
        if (!reached.await(60, TimeUnit.SECONDS)) {
            throw new AssertionError("no transaction came to " + where);
        }
    }

    void open() {
        opened.countDown();
    }

    @Override
    public void at(Point point) {
        if (point == Point.COMMITTED) {
            transactions.incrementAndGet();
        }
        if (point == where && closed.tryAcquire()) {
            reached.countDown();
            try {
                opened.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException("interrupted at the gate", e);
            }
        }
    }
}
