package io.outboxrelay.store.postgres;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.ExactRereadContract;
import io.outboxrelay.testkit.JdbcTransaction;
import io.outboxrelay.testkit.OpenTransaction;
import io.outboxrelay.testkit.StoreFixture;
import io.outboxrelay.testkit.TwoNodes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The snapshot cursor keeps what every store promises, with no more rights than docs/roles.md lists. */
class RingStoreContractIT extends ExactRereadContract {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static SandboxPostgres postgres;
    private static ActorTestKit kit;

    @BeforeAll
    static void start() {
        postgres = SandboxPostgres.start();
        DocumentedRoles.create(postgres);
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        postgres.close();
    }

    @Override
    protected StoreFixture open() {
        OutboxSettings settings = DocumentedRoles.outbox(postgres, "contract" + DATABASES.incrementAndGet(), 4);
        return new RingFixture(
                settings, RingStore.open(kit.system(), settings), RingStore.open(kit.system(), settings));
    }

    private record RingFixture(OutboxSettings settings, RingStore here, RingStore there) implements TwoNodes {
        @Override
        public OpenTransaction begin() {
            return JdbcTransaction.begin(settings, DocumentedRoles.APPLICATION);
        }

        @Override
        public List<String> parked() {
            try (Connection relay =
                    DriverManager.getConnection(settings.database().url(), DocumentedRoles.RELAY, "none")) {
                return Queries.list(
                        relay,
                        "select id, reason, payload is null from outbox_parked",
                        row -> row.getString(1) + ": " + row.getString(2) + (row.getBoolean(3) ? " (no payload)" : ""));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }
}
