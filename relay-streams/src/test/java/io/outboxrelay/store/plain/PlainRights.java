package io.outboxrelay.store.plain;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.postgres.Migrations;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Set;

/** What docs/roles.md grants the relay on a table `outboxevent`, which whoever administers the database made. */
enum PlainRights {
    POSTGRES("schema", "existing"),
    MARIADB("mariadb-owner", "mariadb"),
    /** A database within the process, which has one user. */
    EMBEDDED("", "");

    private static final Set<String> NO_SUCH_TABLE_OR_COLUMN = Set.of("42P01", "42703", "42S02", "42S22");

    private final String owner;
    private final String relay;

    PlainRights(String owner, String relay) {
        this.owner = owner;
        this.relay = relay;
    }

    /** Adds the relay's own tables to an outbox seen by its administrator; the settings are those of the relay. */
    OutboxSettings setUp(OutboxSettings administrator) {
        if (this == EMBEDDED) {
            Migrations.migrate(administrator.database(), Migrations.PLAIN, administrator.table());
            return administrator;
        }
        RolesDocument.statements(owner).forEach(sql -> PlainFixture.execute(administrator.database(), sql));
        Migrations.migrate(
                TestSettings.as(DocumentedRoles.OWNER, administrator).database(),
                Migrations.PLAIN,
                administrator.table());
        grant(administrator);
        return TestSettings.as(DocumentedRoles.RELAY, administrator);
    }

    /** Grants on what is there; of a table that lacks a column, reading only. Doing so again does no harm. */
    void grant(OutboxSettings administrator) {
        if (this != EMBEDDED) {
            Mode mode = administrator.acknowledge().mode();
            for (String block : new String[] {relay + "-" + mode.name().toLowerCase(Locale.ROOT), relay + "-edit"}) {
                RolesDocument.statements(block).forEach(sql -> grant(administrator.database(), sql));
            }
        }
    }

    private static void grant(DatabaseSettings administrator, String sql) {
        try (Connection connection = PlainFixture.connect(administrator);
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            if (!NO_SUCH_TABLE_OR_COLUMN.contains(e.getSQLState())) {
                throw new IllegalStateException(sql, e);
            }
            if (e.getSQLState().equals("42703") || e.getSQLState().equals("42S22")) {
                PlainFixture.execute(administrator, "grant select on outboxevent to " + DocumentedRoles.RELAY);
            }
        }
    }
}
