package io.outboxrelay.bench;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.Migrations;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

/** A PostgreSQL for one workload: the relay's own outbox, and a plain table beside it. */
public final class BenchServer implements AutoCloseable {
    public static final String RING = "outbox";
    public static final String PLAIN = "plain_outbox";

    private static final Map<String, String> SERVER = Map.of("shared_buffers", "1GB", "max_wal_size", "4GB");
    private static final int ROWS_PER_INSERT = 100_000;

    private final SandboxPostgres postgres;
    private final Connection connection;
    private final long postmaster;
    private final OutboxSettings ring;
    private final OutboxSettings plain;

    private BenchServer(SandboxPostgres postgres, Connection connection, int shards) throws SQLException {
        this.postgres = postgres;
        this.connection = connection;
        this.postmaster = CpuMeter.parentOf(number("select pg_backend_pid()"));
        this.ring = BenchSettings.ring(postgres, RolesDocument.RELAY, RING, shards);
        this.plain = BenchSettings.plain(postgres, RolesDocument.RELAY, PLAIN, shards);
    }

    static BenchServer start(int shards) throws SQLException {
        return start(shards, Map.of());
    }

    public static BenchServer start(int shards, Map<String, String> further) throws SQLException {
        Map<String, String> configuration = new TreeMap<>(SERVER);
        configuration.putAll(further);
        SandboxPostgres postgres = SandboxPostgres.start(configuration);
        BenchServer server = new BenchServer(
                postgres,
                DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password()),
                shards);
        RolesDocument.createRoles(postgres);
        RolesDocument.execute("schema", postgres.jdbcUrl(), postgres.user());
        String owner = RolesDocument.OWNER;
        Migrations.migrate(BenchSettings.ring(postgres, owner, RING, shards).database(), Migrations.OUTBOX, RING);
        RolesDocument.execute("outbox", postgres.jdbcUrl(), owner);
        server.execute("create table " + PLAIN + " (id uuid primary key default gen_random_uuid(),"
                + " aggregatetype text not null, aggregateid text, type text not null, payload bytea,"
                + " seq bigint not null generated always as identity)");
        server.execute("create index on " + PLAIN + " (seq)");
        Migrations.migrate(BenchSettings.plain(postgres, owner, PLAIN, shards).database(), Migrations.PLAIN, PLAIN);
        server.execute(RolesDocument.block("existing-delete").replace("outboxevent", PLAIN));
        return server;
    }

    OutboxSettings ring() {
        return ring;
    }

    OutboxSettings plain() {
        return plain;
    }

    public SandboxPostgres postgres() {
        return postgres;
    }

    public long postmaster() {
        return postmaster;
    }

    /** A further connection; the caller closes it. */
    public Connection connect() throws SQLException {
        return DriverManager.getConnection(postgres.jdbcUrl(), postgres.user(), postgres.password());
    }

    /** Takes a snapshot and a transaction id, and keeps both until this session's transaction ends. */
    public static void hold(Connection holder) throws SQLException {
        holder.setAutoCommit(false);
        holder.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
        try (Statement statement = holder.createStatement()) {
            statement.execute("select pg_current_xact_id()");
        }
    }

    /** To a database of its own on the same server; the caller closes it. */
    Connection connectElsewhere() throws SQLException {
        String name = "elsewhere";
        if (number("select count(*) from pg_database where datname = '" + name + "'") == 0) {
            execute("create database " + name);
        }
        return DriverManager.getConnection(postgres.jdbcUrl(name), postgres.user(), postgres.password());
    }

    Connection connection() {
        return connection;
    }

    public void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    public long number(String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Inserts so many rows, each batch in a transaction of its own. */
    public void fill(String table, int rows, EventShape shape) throws SQLException {
        for (int from = 0; from < rows; from += ROWS_PER_INSERT) {
            int to = Math.min(rows, from + ROWS_PER_INSERT) - 1;
            execute("insert into " + table + " (aggregatetype, aggregateid, type, payload) select 'order',"
                    + " 'order-' || (n % " + shape.keys() + "), 'Changed', " + shape.payloadSql()
                    + " from generate_series(" + from + ", " + to + ") n, " + EventShape.NOISE_SQL + " noise");
        }
    }

    @Override
    public void close() throws SQLException {
        try (postgres) {
            connection.close();
        }
    }
}
