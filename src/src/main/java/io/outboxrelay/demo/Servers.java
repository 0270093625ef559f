package io.outboxrelay.demo;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.Secret;
import io.outboxrelay.store.postgres.Migrations;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;

/** The shop's database and its Kafka, set up as an operator would: roles, tables migrated, topic created. */
record Servers(SandboxPostgres postgres, SandboxKafka kafka, String databaseUrl) implements AutoCloseable {
    static final String TOPIC = "outbox.event.order";

    private static final int PARTITIONS = 12;
    private static final String TABLE = "outbox";

    /** Neither has an exit hook: the demo stops the nodes first. */
    static Servers start(Path folder) {
        SandboxPostgres postgres = SandboxPostgres.start(folder).withoutExitHook();
        try {
            RolesDocument.createRoles(postgres);
            String url = RolesDocument.createDatabase(postgres, "shop");
            SandboxKafka kafka = SandboxKafka.start(folder).withoutExitHook();
            return new Servers(postgres, kafka, url);
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    void prepare() throws SQLException {
        migrate(databaseUrl);
        createShop(databaseUrl, postgres.user());
        kafka.createTopic(TOPIC, PARTITIONS);
    }

    /** The relay's tables, with the rights of docs/roles.md. */
    static void migrate(String databaseUrl) {
        String owner = RolesDocument.OWNER;
        DatabaseSettings settings = new DatabaseSettings(
                databaseUrl, owner, new Secret(owner), 4, Duration.ofSeconds(5), Duration.ofSeconds(30), Map.of());
        Migrations.migrate(settings, Migrations.CONTROL, "outbox_relay");
        Migrations.migrate(settings, Migrations.OUTBOX, TABLE);
        grant(databaseUrl);
    }

    /** On the relay's tables, made by whichever build of it. */
    static void grant(String databaseUrl) {
        RolesDocument.execute("control", databaseUrl, RolesDocument.OWNER);
        RolesDocument.execute("outbox", databaseUrl, RolesDocument.OWNER);
    }

    /** The application's own tables. */
    static void createShop(String databaseUrl, String superuser) throws SQLException {
        try (Connection connection = DriverManager.getConnection(databaseUrl, superuser, superuser);
                Statement statement = connection.createStatement()) {
            OrderService.createTable(connection);
            Ledger.createTable(connection);
            statement.execute("grant select, insert, update on orders, ledger to " + RolesDocument.APPLICATION);
        }
    }

    /** As the shop. */
    Connection connect() throws SQLException {
        return connect(databaseUrl);
    }

    static Connection connect(String databaseUrl) throws SQLException {
        return DriverManager.getConnection(databaseUrl, RolesDocument.APPLICATION, RolesDocument.APPLICATION);
    }

    NodeConfig nodeConfig(int shards, int clusterPort, int managementPort) {
        return new NodeConfig(
                databaseUrl,
                RolesDocument.RELAY,
                RolesDocument.RELAY,
                kafka.bootstrapServers(),
                shards,
                clusterPort,
                managementPort);
    }

    @Override
    public void close() {
        try {
            kafka.close();
        } finally {
            postgres.close();
        }
    }
}
