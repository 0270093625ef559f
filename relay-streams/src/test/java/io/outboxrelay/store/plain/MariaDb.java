package io.outboxrelay.store.plain;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxMariaDb;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** One MariaDB server with the users of docs/roles.md for all tests of this JVM; it ends with the JVM. */
final class MariaDb {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private MariaDb() {}

    /** A new, empty database under the server's administrator. */
    static DatabaseSettings newDatabase() {
        String url = Server.STARTED.createDatabase("plain" + DATABASES.incrementAndGet());
        return TestSettings.database(url, Server.STARTED.user());
    }

    private static final class Server {
        static final SandboxMariaDb STARTED = start();

        private static SandboxMariaDb start() {
            SandboxMariaDb server = SandboxMariaDb.start();
            DatabaseSettings administrator = TestSettings.database(server.createDatabase("users"), server.user());
            RolesDocument.statements("mariadb-users").forEach(sql -> PlainFixture.execute(administrator, sql));
            for (String user : List.of(DocumentedRoles.OWNER, DocumentedRoles.RELAY)) {
                PlainFixture.execute(administrator, "set password for " + user + " = password('" + user + "')");
            }
            return server;
        }
    }
}
