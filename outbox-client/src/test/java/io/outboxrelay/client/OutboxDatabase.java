package io.outboxrelay.client;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** A fresh database on a server of its own, with the shipped outbox DDL applied and the rights of docs/roles.md. */
record OutboxDatabase(SandboxPostgres postgres, String url) {
    private static final String DDL = "/db/outbox-relay/outbox/V1__outbox.sql";

    static OutboxDatabase create(SandboxPostgres postgres, String name) throws SQLException {
        RolesDocument.createRoles(postgres);
        OutboxDatabase database = new OutboxDatabase(postgres, RolesDocument.createDatabase(postgres, name));
        database.run(ddl("outbox", "outbox"));
        database.run(RolesDocument.statements("outbox").get(0)); // the application's
        return database;
    }

    static String ddl(String table, String name) {
        try (InputStream script = Objects.requireNonNull(OutboxDatabase.class.getResourceAsStream(DDL), DDL)) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("${table}", table)
                    .replace("${name}", name);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** As the application. */
    Connection connect() throws SQLException {
        return DriverManager.getConnection(url, RolesDocument.APPLICATION, RolesDocument.APPLICATION);
    }

    /** As somebody who may do anything. */
    Connection connectAsSuperuser() throws SQLException {
        return DriverManager.getConnection(url, postgres.user(), postgres.password());
    }

    /** A transaction of the application's. */
    Connection begin() throws SQLException {
        Connection connection = connect();
        connection.setAutoCommit(false);
        return connection;
    }

    void run(String sql) throws SQLException {
        try (Connection connection = connectAsSuperuser()) {
            run(connection, sql);
        }
    }

    static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    /** The first column of every row, as text. */
    List<String> ask(String sql) throws SQLException {
        try (Connection connection = connectAsSuperuser();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> values = new ArrayList<>();
            while (rows.next()) {
                values.add(rows.getString(1));
            }
            return values;
        }
    }
}
