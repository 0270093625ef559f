package io.outboxrelay.demo;

import io.outboxrelay.demo.OrderTransaction.Kind;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/** A small shop: several threads change orders, each on its own connection, until told to stop or all is written. */
final class OrderService {
    private static final int ORDERS = 500;
    private static final int WRITERS = 6;
    private static final long SLOW_PAUSE_NANOS = Duration.ofMillis(400).toNanos();
    private static final Duration STOP_LIMIT = Duration.ofSeconds(10);

    /** Events, not transactions. */
    record Counts(long committed, long rolledBack) {
        long written() {
            return committed + rolledBack;
        }
    }

    private final OrderTransaction transaction;
    private final Callable<Connection> connections;
    private final Checker checker;
    private final Pacer pacer;
    /** Events that may still be committed. */
    private final AtomicLong left;

    private final LongAdder committed = new LongAdder();
    private final LongAdder rolledBack = new LongAdder();
    private final AtomicReference<@Nullable Exception> failure = new AtomicReference<>();
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean stopping;

    /** @param events to commit before it stops by itself */
    OrderService(
            OrderTransaction transaction, Callable<Connection> connections, Checker checker, Pacer pacer, long events) {
        this.transaction = transaction;
        this.connections = connections;
        this.checker = checker;
        this.pacer = pacer;
        this.left = new AtomicLong(events);
    }

    static void createTable(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table orders (id text primary key, version bigint not null default 0,"
                    + " changed_at timestamptz not null default clock_timestamp()) with (fillfactor = 50)");
            statement.execute("insert into orders (id) select 'order-' || n from generate_series(1, " + ORDERS + ") n");
            statement.execute("insert into orders (id) values ('slow-order')");
        }
    }

    void start() {
        for (int n = 1; n <= WRITERS; n++) {
            launch("order-writer-" + n, this::writeMany);
        }
        launch("slow-order-writer", this::writeSlowly);
    }

    /** Lets every open transaction end; returns when all have. */
    void stop() throws InterruptedException {
        stopping = true;
        for (Thread thread : threads) {
            thread.join(STOP_LIMIT.toMillis());
        }
    }

    boolean finished() {
        return threads.stream().noneMatch(Thread::isAlive);
    }

    Counts counts() {
        return new Counts(committed.sum(), rolledBack.sum());
    }

    /** What stopped a writer early, if anything did. */
    @Nullable
    Exception failure() {
        return failure.get();
    }

    private interface Work {
        void on(Connection connection) throws SQLException;
    }

    private void launch(String name, Work work) {
        Thread thread = new Thread(() -> runOn(work), name);
        thread.setDaemon(true);
        threads.add(thread);
        thread.start();
    }

    private void runOn(Work work) {
        try (Connection connection = connections.call()) {
            connection.setAutoCommit(false);
            work.on(connection);
        } catch (Exception e) {
            failure.compareAndSet(null, e);
        }
    }

    private void writeMany(Connection connection) throws SQLException {
        while (!stopping && left.get() > 0) {
            Kind kind = pick(ThreadLocalRandom.current().nextInt(100));
            if (!reserve(kind)) {
                continue;
            }
            pause(pacer.takeTurn(kind.committed));
            write(connection, "order-" + (1 + ThreadLocalRandom.current().nextInt(ORDERS)), kind);
        }
    }

    private void writeSlowly(Connection connection) throws SQLException {
        while (!stopping && reserve(Kind.SLOW)) {
            write(connection, "slow-order", Kind.SLOW);
            pause(SLOW_PAUSE_NANOS);
        }
    }

    private void write(Connection connection, String order, Kind kind) throws SQLException {
        transaction.run(connection, order, kind).forEach(checker::mustNotAppear);
        committed.add(kind.committed);
        rolledBack.add(kind.rolledBack);
    }

    /** False where fewer events are left than this kind commits. */
    private boolean reserve(Kind kind) {
        long before = left.getAndUpdate(rest -> rest >= kind.committed ? rest - kind.committed : rest);
        return before >= kind.committed && before > 0;
    }

    private static Kind pick(int percent) {
        if (percent < 10) {
            return Kind.ROLLED_BACK;
        } else if (percent < 18) {
            return Kind.SAVEPOINT;
        } else if (percent < 35) {
            return Kind.TWO_EVENTS;
        }
        return Kind.PLAIN;
    }

    private static void pause(long nanos) {
        if (nanos > 0) {
            LockSupport.parkNanos(nanos);
        }
    }
}
