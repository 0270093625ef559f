package io.outboxrelay.demo;

import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.Secret;
import io.outboxrelay.store.postgres.Migrations;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Map;

/** The shop's database and its Kafka, set up as an operator would: tables migrated, topic created. */
record Servers(SandboxPostgres postgres, SandboxKafka kafka, String databaseUrl) implements AutoCloseable {
    static final String TOPIC = "outbox.event.order";

    private static final int PARTITIONS = 12;
    private static final String TABLE = "outbox";

    /** Neither has an exit hook: the demo stops the nodes first. */
    static Servers start(Path folder) {
        SandboxPostgres postgres = SandboxPostgres.start(folder).withoutExitHook();
        try {
            String url = postgres.createDatabase("shop");
            SandboxKafka kafka = SandboxKafka.start(folder).withoutExitHook();
            return new Servers(postgres, kafka, url);
        } catch (RuntimeException e) {
            postgres.close();
            throw e;
        }
    }

    void prepare() throws SQLException {
        Migrations.migrate(databaseSettings(), Migrations.CONTROL, "outbox_relay");
        Migrations.migrate(databaseSettings(), Migrations.OUTBOX, TABLE);
        try (Connection connection = connect()) {
            OrderService.createTable(connection);
            Ledger.createTable(connection);
        }
        kafka.createTopic(TOPIC, PARTITIONS);
    }

    Connection connect() throws SQLException {
        return DriverManager.getConnection(databaseUrl, postgres.user(), postgres.password());
    }

    NodeConfig nodeConfig(int shards, int clusterPort, int managementPort) {
        return new NodeConfig(
                databaseUrl,
                postgres.user(),
                postgres.password(),
                kafka.bootstrapServers(),
                shards,
                clusterPort,
                managementPort);
    }

    private DatabaseSettings databaseSettings() {
        return new DatabaseSettings(
                databaseUrl,
                postgres.user(),
                new Secret(postgres.password()),
                4,
                Duration.ofSeconds(5),
                Duration.ofSeconds(30),
                Map.of());
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
