package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.client.OutboxEvent;
import io.outboxrelay.client.OutboxWriter;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.PurgeSettings;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The rights of docs/roles.md are enough for everything, and allow nothing else. */
class LeastPrivilegeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static SandboxPostgres postgres;
    private static ActorTestKit kit;
    private static OutboxSettings relay;

    @BeforeAll
    static void start() {
        postgres = SandboxPostgres.start();
        DocumentedRoles.create(postgres);
        relay = TestSettings.purging(
                new PurgeSettings(Duration.ofSeconds(1), Duration.ofSeconds(1)),
                DocumentedRoles.outbox(postgres, "shop", 2));
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        postgres.close();
    }

    private static void as(String role, String sql) {
        DocumentedRoles.execute(relay.database().url(), role, sql);
    }

    @Test
    void theRelayDoesAllItsWorkAndTheApplicationWrites() throws Exception {
        try (RingStore store = RingStore.open(kit.system(), relay)) {
            assertThat(Waits.get(store.shards(2), LIMIT)).isEqualTo(2);
            write("k1");
            for (int n = 0; n < 2; n++) {
                drain(store, new ShardId("orders", n));
            }
            List<PurgeReport> reports = new ArrayList<>();
            await().atMost(LIMIT).until(() -> {
                reports.add(Waits.get(store.purge(), LIMIT));
                return reports.stream().anyMatch(report -> report.emptied() == 1);
            });
            assertThat(reports).anyMatch(PurgeReport::advanced);
        }
    }

    private static void write(String key) throws SQLException {
        try (Connection app =
                DriverManager.getConnection(relay.database().url(), DocumentedRoles.APPLICATION, "none")) {
            app.setAutoCommit(false);
            new OutboxWriter()
                    .write(
                            app,
                            OutboxEvent.to("order")
                                    .key(key)
                                    .type("T")
                                    .json("{}")
                                    .header("a", "b"));
            app.commit();
        }
    }

    /** Empty chunks settle too: a shard without rows has to move its position. */
    private static void drain(RingStore store, ShardId shard) {
        Claim claim = Waits.get(store.claim(shard), LIMIT);
        long rows = Waits.get(store.backlog(claim), LIMIT).rows();
        Chunk chunk =
                Waits.get(store.read(claim).runWith(Sink.head(), Materializer.matFromSystem(kit.system())), LIMIT);
        assertThat(chunk.rows()).hasSize((int) rows);
        Waits.get(store.settle(claim, List.of(chunk)), LIMIT);
        Waits.get(store.release(claim), LIMIT);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "select id from outbox",
                "select * from outbox_p0",
                "update outbox set type = 'x'",
                "delete from outbox",
                "truncate outbox_p0",
                "select nextval('outbox_seq_seq')",
                "select * from outbox_progress",
                "insert into outbox_p0 (seq, aggregatetype, type) overriding system value values (1, 'a', 't')"
            })
    void theApplicationMayOnlyInsert(String sql) {
        assertThatThrownBy(() -> as(DocumentedRoles.APPLICATION, sql)).hasMessageContaining("permission denied");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into outbox (aggregatetype, type, txid) values ('a', 't', '3')",
                "insert into outbox (aggregatetype, type, created_at) values ('a', 't', now())",
                "insert into outbox (aggregatetype, type, seq) overriding system value values ('a', 't', 1)"
            })
    void theApplicationCannotForgeWhatOrdersEvents(String sql) {
        assertThatThrownBy(() -> as(DocumentedRoles.APPLICATION, sql)).hasMessageContaining("permission denied");
    }

    @Test
    void evenTheOwnerCannotForgeByAccident() {
        assertThatThrownBy(() -> as(
                        DocumentedRoles.OWNER, "insert into outbox (aggregatetype, type, txid) values ('a', 't', '3')"))
                .hasMessageContaining("outbox_txid_own");
        assertThatThrownBy(() ->
                        as(DocumentedRoles.OWNER, "insert into outbox (aggregatetype, type, seq) values ('a', 't', 1)"))
                .hasMessageContaining("GENERATED ALWAYS");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "insert into outbox (aggregatetype, type) values ('a', 't')",
                "update outbox set type = 'x'",
                "delete from outbox",
                "truncate outbox",
                "drop table outbox_p0",
                "select setval('outbox_seq_seq', 1)",
                "truncate outbox_progress"
            })
    void theRelayCannotTouchEvents(String sql) {
        assertThatThrownBy(() -> as(DocumentedRoles.RELAY, sql))
                .hasMessageMatching("(?s).*(permission denied|must be owner).*");
    }
}
