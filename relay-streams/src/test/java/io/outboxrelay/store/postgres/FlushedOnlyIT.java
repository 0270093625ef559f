package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.Test;

/** A writer that commits asynchronously, on a server that flushes its log only when it must. */
class FlushedOnlyIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);

    @Test
    void aRowWaitsUntilItsCommitIsFlushedAndOnlyWhereThatIsAskedFor() throws Exception {
        ActorTestKit kit = ActorTestKit.create();
        Map<String, String> lazyLog = Map.of("wal_writer_delay", "10000", "wal_writer_flush_after", "1000000");
        try (SandboxPostgres postgres = DocumentedRoles.create(SandboxPostgres.start(lazyLog))) {
            OutboxSettings visible = DocumentedRoles.outbox(postgres, "shop", 1);
            try (RingStore asVisible = RingStore.open(kit.system(), visible);
                    RingStore flushedOnly = RingStore.open(kit.system(), TestSettings.flushedOnly(visible));
                    Connection app = DocumentedRoles.connect(visible, DocumentedRoles.APPLICATION);
                    Statement statement = app.createStatement()) {
                asVisible.shards(1).toCompletableFuture().get(60, TimeUnit.SECONDS);
                Queue<OutboxRow> early = follow(kit, asVisible);
                Queue<OutboxRow> strict = follow(kit, flushedOnly);
                statement.execute("set synchronous_commit = off");
                statement.execute("insert into outbox (aggregatetype, type) values ('order', 'T')");
                await().atMost(LIMIT).until(() -> early.size() == 1);
                await().during(Duration.ofMillis(500))
                        .atMost(LIMIT)
                        .until(() -> strict.isEmpty() || flushed(statement));
                statement.execute("set synchronous_commit = on");
                statement.execute("insert into outbox (aggregatetype, type) values ('order', 'T')");
                await().atMost(LIMIT).until(() -> strict.size() == 2);
            }
        } finally {
            kit.shutdownTestKit();
        }
    }

    /** Reading needs no valid claim; both may follow the same shard. */
    private static Queue<OutboxRow> follow(ActorTestKit kit, RingStore store) throws Exception {
        Queue<OutboxRow> rows = new ConcurrentLinkedQueue<>();
        Claim claim =
                store.claim(new ShardId("orders", 0)).toCompletableFuture().get(60, TimeUnit.SECONDS);
        var reading = store.read(claim)
                .mapConcat(chunk -> chunk.rows())
                .runWith(Sink.foreach(rows::add), Materializer.matFromSystem(kit.system()));
        assertThat(reading.toCompletableFuture()).isNotCompletedExceptionally();
        return rows;
    }

    private static boolean flushed(Statement statement) throws Exception {
        try (var row = statement.executeQuery("select pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()")) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
