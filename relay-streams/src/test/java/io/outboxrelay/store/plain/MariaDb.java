package io.outboxrelay.store.plain;

import io.outboxrelay.sandbox.SandboxMariaDb;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.testkit.TestSettings;
import java.util.concurrent.atomic.AtomicInteger;

/** One MariaDB server for all tests of this JVM; it ends with the JVM. */
final class MariaDb {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private MariaDb() {}

    /** A new, empty database under the server's administrator. */
    static DatabaseSettings newDatabase() {
        String url = Server.STARTED.createDatabase("plain" + DATABASES.incrementAndGet());
        return TestSettings.database(url, Server.STARTED.user());
    }

    private static final class Server {
        static final SandboxMariaDb STARTED = SandboxMariaDb.start();
    }
}
