package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.testkit.OutboxStoreContract;
import io.outboxrelay.testkit.StoreFixture;
import io.outboxrelay.testkit.TestSettings;
import org.junit.jupiter.api.condition.EnabledIf;

/** The store contract over a plain table on MariaDB. */
@EnabledIf("io.outboxrelay.sandbox.SandboxMariaDb#runsHere")
abstract class MariaDbPlainContract extends OutboxStoreContract {
    abstract Mode mode();

    @Override
    protected StoreFixture open() {
        return PlainFixture.open(
                PlainRights.MARIADB,
                TestSettings.plain(MariaDb.newDatabase(), "outboxevent", mode(), TestSettings.COLUMNS),
                """
                create table outboxevent (
                  id uuid default uuid() primary key, seq bigint not null auto_increment unique,
                  aggregatetype varchar(255) not null, aggregateid varchar(255), type varchar(255) not null,
                  payload longblob, created_at timestamp(6) not null default current_timestamp(6),
                  published_at timestamp null) character set utf8mb4
                """);
    }
}
