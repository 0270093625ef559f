package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.testkit.OutboxStoreContract;
import io.outboxrelay.testkit.StoreFixture;
import io.outboxrelay.testkit.TestSettings;
import java.util.concurrent.atomic.AtomicInteger;

/** The store contract over a plain table on H2, in this process. */
abstract class H2PlainContract extends OutboxStoreContract {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    static final String TABLE = """
            create table outbox (
              id uuid default random_uuid() primary key, seq bigint generated always as identity unique,
              aggregatetype varchar(255) not null, aggregateid varchar(255), type varchar(255) not null,
              payload varbinary(1000000), created_at timestamp with time zone default current_timestamp not null,
              published_at timestamp with time zone)
            """;

    abstract Mode mode();

    @Override
    protected StoreFixture open() {
        String name = getClass().getSimpleName() + DATABASES.incrementAndGet();
        DatabaseSettings database = TestSettings.database("jdbc:h2:mem:" + name + ";DB_CLOSE_DELAY=-1");
        return PlainFixture.open(
                PlainRights.EMBEDDED, TestSettings.plain(database, "outbox", mode(), TestSettings.COLUMNS), TABLE);
    }
}
