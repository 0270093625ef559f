package io.outboxrelay.testkit;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.Migrations;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;

/** The roles of docs/roles.md, made by executing exactly the SQL that stands there. */
public final class DocumentedRoles {
    public static final String OWNER = RolesDocument.OWNER;
    public static final String RELAY = RolesDocument.RELAY;
    public static final String APPLICATION = RolesDocument.APPLICATION;

    /** Who may do anything: for what tests do to a database, never for the relay or an application. */
    public static final String SUPERUSER = "postgres";

    private DocumentedRoles() {}

    /** A server that has the roles. */
    public static SandboxPostgres create(SandboxPostgres postgres) {
        RolesDocument.createRoles(postgres);
        return postgres;
    }

    /** A new database with an outbox in it; the settings are those of the relay. */
    public static OutboxSettings outbox(SandboxPostgres postgres, String database, int shards) {
        return outbox(TestSettings.outbox(postgres.createDatabase(database), TestSettings.NO_KAFKA, shards));
    }

    /** Makes the outbox of these settings, which are the relay's, in a database that is there. */
    public static OutboxSettings outbox(OutboxSettings relay) {
        String url = relay.database().url();
        RolesDocument.execute("schema", url, SUPERUSER);
        OutboxSettings owner = TestSettings.as(OWNER, relay);
        Migrations.migrate(owner.database(), Migrations.OUTBOX, owner.table());
        RolesDocument.execute("outbox", url, OWNER);
        return relay;
    }

    /** Adds the rights that only on-history-change = replay needs. */
    public static void replaying(OutboxSettings outbox) {
        RolesDocument.execute("replay", outbox.database().url(), OWNER);
    }

    public static Connection connect(OutboxSettings outbox, String role) throws SQLException {
        return DriverManager.getConnection(outbox.database().url(), role, role);
    }

    public static void execute(String url, String user, String sql) {
        try (Connection connection = DriverManager.getConnection(url, user, user);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
