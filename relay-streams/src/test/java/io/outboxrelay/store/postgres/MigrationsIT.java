package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.JdbcTransaction;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.util.Map;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;

class MigrationsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    private static void createFirstVersion(String url) {
        RolesDocument.execute("schema", url, DocumentedRoles.SUPERUSER);
        Flyway.configure()
                .dataSource(url, DocumentedRoles.OWNER, "")
                .locations("classpath:" + Migrations.OUTBOX)
                .table("outbox_schema_history")
                .placeholders(Map.of("table", "outbox", "name", "outbox"))
                .target("1")
                .load()
                .migrate();
    }

    @Test
    void anOutboxOfTheFirstVersionIsUpgradedWithItsRowsAndPositions() {
        ActorTestKit kit = ActorTestKit.create();
        try (SandboxPostgres postgres = DocumentedRoles.create(SandboxPostgres.start())) {
            OutboxSettings settings = TestSettings.outbox(postgres.createDatabase("upgrade"), TestSettings.NO_KAFKA, 1);
            OutboxSettings owner = TestSettings.as(DocumentedRoles.OWNER, settings);
            String url = settings.database().url();
            createFirstVersion(url);
            JdbcTransaction.begin(settings, DocumentedRoles.OWNER)
                    .append("k", "1")
                    .append("k", "2")
                    .commit();
            DocumentedRoles.execute(
                    url,
                    DocumentedRoles.SUPERUSER,
                    "insert into outbox_progress (shard, slot_lo, slot_hi, epoch, prev, sysid) select 0, 0, 1023, 7,"
                            + " pg_current_snapshot(), system_identifier from pg_control_system()");
            JdbcTransaction.begin(settings, DocumentedRoles.OWNER)
                    .append("k", "3")
                    .commit();

            assertThat(Migrations.migrate(owner.database(), Migrations.OUTBOX, "outbox"))
                    .isPositive();
            assertThat(Migrations.migrate(owner.database(), Migrations.OUTBOX, "outbox"))
                    .isZero();
            RolesDocument.execute("outbox", url, DocumentedRoles.OWNER);
            try (RingStore store = RingStore.open(kit.system(), settings)) {
                Claim claim = Waits.get(store.claim(new ShardId("orders", 0)), LIMIT);
                assertThat(claim.epoch()).isEqualTo(8);
                assertThat(Waits.get(store.backlog(claim), LIMIT))
                        .extracting(Backlog::rows)
                        .isEqualTo(1L);
                Waits.get(store.reshard(3), LIMIT);
            }
        } finally {
            kit.shutdownTestKit();
        }
    }
}
