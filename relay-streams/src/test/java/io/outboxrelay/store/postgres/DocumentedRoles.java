package io.outboxrelay.store.postgres;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.RolesDocument;
import io.outboxrelay.testkit.TestSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The roles of docs/roles.md, made by executing exactly the SQL that stands there. */
final class DocumentedRoles {
    static final String OWNER = "outbox_owner";
    static final String RELAY = "outbox_relay";
    static final String APPLICATION = "shop_app";

    private DocumentedRoles() {}

    /** Once per server. */
    static void create(SandboxPostgres postgres) {
        execute(postgres.jdbcUrl(), postgres.user(), RolesDocument.block("roles"));
        execute(postgres.jdbcUrl(), postgres.user(), RolesDocument.block("statistics"));
    }

    /** A new database with an outbox in it; the settings are those of the relay. */
    static OutboxSettings outbox(SandboxPostgres postgres, String database, int shards) {
        String url = postgres.createDatabase(database);
        execute(url, postgres.user(), RolesDocument.block("schema"));
        OutboxSettings settings = TestSettings.outbox(url, TestSettings.NO_KAFKA, shards);
        OutboxSettings owner = TestSettings.as(OWNER, settings);
        Migrations.migrate(owner.database(), Migrations.OUTBOX, owner.table());
        execute(url, OWNER, RolesDocument.block("outbox"));
        return TestSettings.as(RELAY, settings);
    }

    /** Adds the rights that only on-history-change = replay needs. */
    static void replaying(OutboxSettings outbox) {
        execute(outbox.database().url(), OWNER, RolesDocument.block("replay"));
    }

    static void execute(String url, String user, String sql) {
        try (Connection connection = DriverManager.getConnection(url, user, user);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
