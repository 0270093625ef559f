package io.outboxrelay.store.postgres.model;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Verdict.Event;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/**
 * An application's database: an outbox, aggregates with a version each, and the ledger. A ledger row is written in the
 * transaction of its event, so what stands in the ledger at the end is exactly what was committed.
 */
record ModelDatabase(OutboxSettings settings) {
    static final int AGGREGATES = 100;

    static ModelDatabase create(SandboxPostgres postgres, String name, int shards) throws SQLException {
        ModelDatabase database = new ModelDatabase(DocumentedRoles.outbox(postgres, name, shards));
        database.execute("create table aggregate (id text primary key, version bigint not null)");
        database.execute(
                "insert into aggregate select 'a' || n, 0 from generate_series(0, " + (AGGREGATES - 1) + ") n");
        database.execute("create table ledger (event text primary key, aggregate text, version bigint)");
        database.execute("create table elsewhere (n bigint)");
        database.execute("grant select, insert, update on aggregate, ledger, elsewhere to shop_app");
        return database;
    }

    /** The same, read by nodes that wait until a commit is safe from a crash. */
    ModelDatabase flushedOnly() {
        return new ModelDatabase(TestSettings.flushedOnly(settings));
    }

    /** As the application. */
    Connection connect() throws SQLException {
        return DocumentedRoles.connect(settings, DocumentedRoles.APPLICATION);
    }

    /** As somebody who may do anything. */
    Connection connectAsSuperuser() throws SQLException {
        return DocumentedRoles.connect(settings, DocumentedRoles.SUPERUSER);
    }

    /** As somebody who may do anything. */
    void execute(String sql) {
        DocumentedRoles.execute(settings.database().url(), DocumentedRoles.SUPERUSER, sql);
    }

    /** As somebody who may see anything. */
    long number(String query) throws SQLException {
        try (Connection connection = connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Every committed event, those of one aggregate in the order of their versions. */
    List<Event> ledger() throws SQLException {
        List<Event> events = new ArrayList<>();
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row =
                        statement.executeQuery("select aggregate, event from ledger order by aggregate, version")) {
            while (row.next()) {
                events.add(new Event(row.getString(1), row.getString(2)));
            }
        }
        return events;
    }
}
