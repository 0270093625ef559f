package io.outboxrelay.store.plain;

import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.JdbcTransaction;
import io.outboxrelay.testkit.OpenTransaction;
import io.outboxrelay.testkit.TwoNodes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

/** Two nodes' stores over a plain table, which belongs to another user where the database has users. */
record PlainFixture(OutboxSettings application, OutboxSettings settings, PlainStore here, PlainStore there)
        implements TwoNodes {

    /** Over a table as `ddl` makes it, in a database that is there, seen by its administrator. */
    static PlainFixture open(PlainRights rights, OutboxSettings administrator, String... ddl) {
        execute(administrator.database(), ddl);
        OutboxSettings relay = rights.setUp(administrator);
        return new PlainFixture(
                administrator, relay, PlainStore.open(relay, "test:1"), PlainStore.open(relay, "test:1"));
    }

    static void execute(DatabaseSettings database, String... statements) {
        try (Connection connection = connect(database);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static Connection connect(DatabaseSettings database) throws SQLException {
        return DriverManager.getConnection(
                database.url(), database.user(), database.password().reveal());
    }

    @Override
    public OpenTransaction begin() {
        return JdbcTransaction.begin(application);
    }

    @Override
    public boolean keepsHeaders() {
        return !settings.columns().headers().isEmpty();
    }

    @Override
    public List<String> parked() {
        try (Connection connection = connect(settings.database());
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select event, reason from " + settings.table() + "_parked")) {
            List<String> parked = new ArrayList<>();
            while (row.next()) {
                parked.add(row.getString(1) + ": " + row.getString(2));
            }
            return parked;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}
