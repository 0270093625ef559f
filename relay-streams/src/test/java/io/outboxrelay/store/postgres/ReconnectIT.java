package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.Done;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A connection that was idle is replaced by its pool without anybody noticing. Behind the new one there may be a
 * database that crashed and hands out transaction ids for a second time: positions of before must not outlive it.
 */
class ReconnectIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final ShardId SHARD = new ShardId("orders", 0);
    private static final String POOL_TRUSTS_A_CONNECTION_FOR = "500 ms";
    private static SandboxPostgres postgres;
    private static ActorTestKit kit;
    private static int databases;

    private OutboxSettings settings;
    private RingStore store;
    private Connection app;
    private Connection superuser;

    @BeforeAll
    static void start() {
        postgres = DocumentedRoles.create(SandboxPostgres.start());
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        postgres.close();
    }

    @BeforeEach
    void open() throws Exception {
        settings = DocumentedRoles.outbox(postgres, "reconnect" + databases++, 1);
        app = DocumentedRoles.connect(settings, DocumentedRoles.APPLICATION);
        superuser = DocumentedRoles.connect(settings, DocumentedRoles.SUPERUSER);
    }

    @AfterEach
    void close() throws Exception {
        app.close();
        superuser.close();
        store.close();
    }

    private void openStore(OutboxSettings with) {
        store = RingStore.open(kit.system(), with);
        Waits.get(store.shards(1), LIMIT);
    }

    @Test
    void aPositionReadBeforeTheDatabaseWasLostIsNotWrittenAfterIt() throws Exception {
        openStore(settings);
        Claim claim = Waits.get(store.claim(SHARD), LIMIT);
        SinkQueueWithCancel<Chunk> chunks =
                store.read(claim).runWith(Sink.queue(), Materializer.matFromSystem(kit.system()));
        insert();
        Waits.get(store.settle(claim, List.of(next(chunks))), LIMIT);
        insert();
        Chunk published = next(chunks);

        loseIdleConnection("orders-acks");
        CompletionStage<Done> settled = store.settle(claim, List.of(published));

        assertThat(Waits.failure(settled, LIMIT).fault()).isEqualTo(Fault.TRANSIENT);
        Claim again = Waits.get(store.claim(SHARD), LIMIT);
        assertThat(Waits.get(store.backlog(again), LIMIT).rows()).isEqualTo(1);
        chunks = store.read(again).runWith(Sink.queue(), Materializer.matFromSystem(kit.system()));
        Waits.get(store.settle(again, List.of(next(chunks))), LIMIT);
        assertThat(Waits.get(store.backlog(again), LIMIT).rows()).isZero();
        chunks.cancel();
    }

    @Test
    void theTailDoesNotGoOnFromASnapshotOfBeforeTheDatabaseWasLost() throws Exception {
        openStore(TestSettings.withTick(settings, Duration.ofSeconds(1)));
        Claim claim = Waits.get(store.claim(SHARD), LIMIT);
        SinkQueueWithCancel<Chunk> chunks =
                store.read(claim).runWith(Sink.queue(), Materializer.matFromSystem(kit.system()));
        insert();
        next(chunks);

        loseIdleConnection("orders-tail");
        insert();

        assertThatExceptionOfType(RelayException.class)
                .isThrownBy(() -> next(chunks))
                .satisfies(lost -> assertThat(lost.fault()).isEqualTo(Fault.TRANSIENT));
        assertThat(Waits.get(store.backlog(Waits.get(store.claim(SHARD), LIMIT)), LIMIT)
                        .rows())
                .isEqualTo(2);
    }

    private void insert() throws SQLException {
        execute("insert into outbox (aggregatetype, aggregateid, type) values ('order', 'k', 'T')");
    }

    /** The next one with rows. */
    private static Chunk next(SinkQueueWithCancel<Chunk> chunks) {
        Chunk chunk;
        do {
            chunk = Waits.get(chunks.pull(), LIMIT).orElseThrow();
        } while (chunk.rows().isEmpty());
        return chunk;
    }

    private void loseIdleConnection(String lane) {
        await().atMost(LIMIT).until(() -> {
            try (Statement statement = superuser.createStatement();
                    ResultSet ended = statement.executeQuery("select pg_terminate_backend(pid, 10000)"
                            + " from pg_stat_activity where datname = current_database()"
                            + " and application_name = 'outbox-relay " + lane + "' and state = 'idle'"
                            + " and clock_timestamp() - state_change > interval '" + POOL_TRUSTS_A_CONNECTION_FOR
                            + "'")) {
                return ended.next() && ended.getBoolean(1);
            }
        });
    }

    private void execute(String sql) throws SQLException {
        try (Statement statement = app.createStatement()) {
            statement.execute(sql);
        }
    }
}
