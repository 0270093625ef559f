package io.outboxrelay.store.plain;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.OutboxStoreContract;
import io.outboxrelay.testkit.StoreFixture;
import io.outboxrelay.testkit.TestSettings;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The store contract over a plain table on PostgreSQL. */
abstract class PostgresPlainContract extends OutboxStoreContract {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static SandboxPostgres postgres;

    @BeforeAll
    static void startPostgres() {
        postgres = DocumentedRoles.create(SandboxPostgres.start());
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    abstract Mode mode();

    @Override
    protected StoreFixture open() {
        String name = "plain" + DATABASES.incrementAndGet();
        postgres.createDatabase(name);
        DatabaseSettings database = TestSettings.database(postgres.jdbcUrl(name), DocumentedRoles.SUPERUSER);
        return PlainFixture.open(
                PlainRights.POSTGRES,
                TestSettings.plain(database, "outboxevent", mode(), TestSettings.COLUMNS),
                """
                create table outboxevent (
                  id uuid primary key default gen_random_uuid(), seq bigint generated always as identity,
                  aggregatetype varchar(255) not null, aggregateid varchar(255), type varchar(255) not null,
                  payload bytea, created_at timestamptz not null default clock_timestamp(), published_at timestamptz)
                """,
                "create index outbox_seq on outboxevent (seq) where published_at is null");
    }
}
