package io.outboxrelay.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.micrometer.core.instrument.Metrics;
import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.DatabaseKind;
import io.outboxrelay.settings.DatabaseSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.postgresql.PGConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The JDBC door: the only way to a database. One lane has as many threads as connections, so a call never waits for a
 * connection that a queued call holds. Calls fail with a {@link io.outboxrelay.fault.RelayException}.
 */
public final class JdbcRunner implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(JdbcRunner.class);
    private static final Duration SLOW = Duration.ofSeconds(1);

    /** First rows soon, from the index that fits; others of the database's processors are left to others. */
    public static final String POSTGRESQL_SESSION =
            "set jit = off; set enable_seqscan = off; set enable_bitmapscan = off;"
                    + " set max_parallel_workers_per_gather = 0; ";

    private final String lane;
    private final HikariDataSource pool;
    private final ExecutorService threads;

    /** What runs on a borrowed connection. */
    @FunctionalInterface
    public interface Work<T> {
        T on(Connection connection) throws SQLException;
    }

    /**
     * Opens a lane; connects only when the first call needs it.
     *
     * @param sessionSql run on every new connection after the lane's common settings, for example {@code set x = y}
     */
    public JdbcRunner(String lane, DatabaseSettings database, int connections, String sessionSql) {
        this.lane = lane;
        this.pool = new HikariDataSource(config(lane, database, connections, sessionSql));
        this.threads = Executors.newFixedThreadPool(connections, task -> {
            Thread thread = new Thread(task, "jdbc-" + lane);
            thread.setDaemon(true);
            return thread;
        });
    }

    private static HikariConfig config(String lane, DatabaseSettings database, int connections, String sessionSql) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(lane);
        config.setMetricRegistry(Metrics.globalRegistry); // shown by whoever has added a registry to it
        config.setJdbcUrl(database.url());
        config.setUsername(database.user());
        config.setPassword(database.password().reveal());
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(0);
        if (connections == 1) {
            // its owner starts over on every new connection, so none is renewed without need
            config.setMaxLifetime(0);
            config.setIdleTimeout(0);
        }
        config.setInitializationFailTimeout(-1);
        config.setConnectionTimeout(database.connectTimeout().toMillis());
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        String initialSql = (database.kind() == DatabaseKind.POSTGRESQL ? POSTGRESQL_SESSION : "") + sessionSql;
        config.setConnectionInitSql(initialSql.isEmpty() ? null : initialSql);
        switch (database.kind()) {
            case POSTGRESQL -> postgresql(config, lane, database);
            case MARIADB -> mariadb(config, database);
            case H2 -> {} // in this process: no network to give up on, and unknown properties are errors
        }
        database.properties().forEach(config::addDataSourceProperty);
        return config;
    }

    private static void postgresql(HikariConfig config, String lane, DatabaseSettings database) {
        config.addDataSourceProperty("ApplicationName", "outbox-relay " + lane);
        config.addDataSourceProperty("connectTimeout", seconds(database.connectTimeout()));
        config.addDataSourceProperty("socketTimeout", seconds(database.socketTimeout()));
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("stringtype", "unspecified"); // the server infers xid8, pg_snapshot, tid
        config.addDataSourceProperty("prepareThreshold", "1"); // binary results from the second read on
        config.addDataSourceProperty("reWriteBatchedInserts", "false");
    }

    private static void mariadb(HikariConfig config, DatabaseSettings database) {
        config.addDataSourceProperty("connectTimeout", database.connectTimeout().toMillis());
        config.addDataSourceProperty("socketTimeout", database.socketTimeout().toMillis());
    }

    private static String seconds(Duration duration) {
        return Long.toString(Math.max(1, duration.toSeconds()));
    }

    /** Borrows a connection, runs, commits; rolls back when `work` fails. */
    public <T> CompletionStage<T> inTransaction(String call, Work<T> work) {
        return submit(call, () -> {
            try (Connection connection = borrow()) {
                connection.setAutoCommit(false);
                try {
                    T result = work.on(connection);
                    connection.commit();
                    return result;
                } catch (SQLException | RuntimeException e) {
                    rollback(connection, e);
                    throw e;
                }
            }
        });
    }

    private static void rollback(Connection connection, Exception cause) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            cause.addSuppressed(e);
        }
    }

    /** Runs on this lane's threads; fails at once when the lane is closed. */
    public <T> CompletionStage<T> submit(String call, Callable<T> task) {
        try {
            return CompletableFuture.supplyAsync(() -> timed(call, task), threads);
        } catch (RejectedExecutionException e) {
            return CompletableFuture.failedFuture(
                    new RelayException(Fault.TRANSIENT, call + ": the connections of " + lane + " are closed", e));
        }
    }

    private <T> T timed(String call, Callable<T> task) {
        long began = System.nanoTime();
        try {
            return task.call();
        } catch (Exception e) {
            throw new CompletionException(SqlFaults.classify(call, e));
        } finally {
            long tookNanos = System.nanoTime() - began;
            if (tookNanos > SLOW.toNanos()) {
                log.atWarn()
                        .addKeyValue("lane", lane)
                        .addKeyValue("call", call)
                        .addKeyValue("took_ms", tookNanos / 1_000_000)
                        .log("slow database call");
            }
        }
    }

    /** A connection of this lane; only on its threads. The borrower closes it. */
    public Connection borrow() throws SQLException {
        return pool.getConnection();
    }

    /** Ends a borrowed connection for good, whatever it is in the middle of, instead of giving it back. */
    public void discard(Connection connection) {
        pool.evictConnection(connection);
    }

    /**
     * What a database session is recognised by. A pool replaces a connection that died while idle, and tells nobody;
     * behind the new one there may be a database that crashed and hands out transaction ids for a second time.
     */
    public static Object session(Connection connection) throws SQLException {
        return connection.unwrap(PGConnection.class);
    }

    /** As {@link #borrow} on a lane of one connection, but fails if it is not that of `session` any more. */
    public Connection borrowSame(Object session) throws SQLException {
        Connection connection = borrow();
        if (session(connection) != session) {
            connection.close();
            throw sessionLost();
        }
        return connection;
    }

    public RelayException sessionLost() {
        return new RelayException(
                Fault.TRANSIENT, "connection " + lane + " was lost; positions of before are read again");
    }

    @Override
    public void close() {
        threads.shutdown();
        pool.close();
    }
}
