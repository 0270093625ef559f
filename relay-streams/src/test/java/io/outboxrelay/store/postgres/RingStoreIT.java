package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.RecordingPublisher;
import io.outboxrelay.testkit.TestSettings;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RingStoreIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static SandboxPostgres postgres;
    private static ActorTestKit kit;
    private static int databases;

    private OutboxSettings settings;
    private RingStore store;
    private Connection app;

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
        settings = DocumentedRoles.outbox(postgres, "ring" + databases++, 4);
        store = RingStore.open(kit.system(), settings);
        assertThat(get(store.shards(4))).isEqualTo(4);
        app = connect();
    }

    @AfterEach
    void close() throws Exception {
        app.close();
        store.close();
    }

    private Connection connect() throws SQLException {
        return DocumentedRoles.connect(settings, DocumentedRoles.APPLICATION);
    }

    private static <T> T get(CompletionStage<T> stage) throws Exception {
        return stage.toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    private static void insert(Connection connection, int from, int to) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("insert into outbox (aggregatetype, aggregateid, type, payload)"
                    + " select 'order', 'k' || (n % 50), 'T', convert_to(n::text, 'UTF8') from generate_series("
                    + from + ", " + (to - 1) + ") n");
        }
    }

    private long query(String sql) throws SQLException {
        try (Connection connection = DocumentedRoles.connect(settings, DocumentedRoles.SUPERUSER);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private void execute(String role, String sql) {
        DocumentedRoles.execute(settings.database().url(), role, sql);
    }

    private List<OutboxRow> take(Claim claim, int rows) throws Exception {
        CompletionStage<List<OutboxRow>> taken = store.read(claim)
                .mapConcat(Chunk::rows)
                .take(rows)
                .runWith(Sink.seq(), Materializer.matFromSystem(kit.system()));
        return new ArrayList<>(get(taken));
    }

    @Test
    void twentyThousandRowsOfFourShardsArriveOnceAndInOrderAndAreSettled() throws Exception {
        insert(app, 0, 10_000);
        RecordingPublisher publisher = new RecordingPublisher();
        List<ShardStream> streams = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            Claim claim = get(store.claim(new ShardId("orders", n)));
            streams.add(ShardStream.start(
                    store,
                    publisher,
                    Gate.to(TestSettings.PUBLISHER),
                    claim,
                    800,
                    RelayObserver.NONE,
                    Materializer.matFromSystem(kit.system())));
        }
        for (int n = 10_000; n < 20_000; n += 100) {
            insert(app, n, n + 100);
        }
        await().atMost(LIMIT).until(() -> publisher.sentRows() >= 20_000);
        for (ShardStream stream : streams) {
            stream.drain();
            get(stream.completion());
        }
        assertThat(publisher.sent()).hasSize(20_000);
        assertThat(publisher.sent().stream().map(OutboxRow::id).distinct()).hasSize(20_000);
        for (int n = 0; n < 4; n++) {
            Claim claim = get(store.claim(new ShardId("orders", n)));
            assertThat(get(store.backlog(claim)).rows()).isZero();
        }
    }

    @Test
    void aRowThatCommitsLateIsDeliveredThoughLaterRowsWereSettled() throws Exception {
        Claim claim = get(store.claim(shardOf("k1")));
        try (Connection late = connect()) {
            late.setAutoCommit(false);
            insert(late, 1, 2);
            insert(app, 51, 52);
            RecordingPublisher publisher = new RecordingPublisher();
            ShardStream stream = ShardStream.start(
                    store,
                    publisher,
                    Gate.to(TestSettings.PUBLISHER),
                    claim,
                    800,
                    RelayObserver.NONE,
                    Materializer.matFromSystem(kit.system()));
            await().atMost(LIMIT).until(() -> publisher.sentRows() == 1);
            late.commit();
            await().atMost(LIMIT).until(() -> publisher.sentRows() == 2);
            stream.drain();
            get(stream.completion());
        }
    }

    private static ShardId shardOf(String key) {
        return new ShardId("orders", io.outboxrelay.model.Slots.of(key) / (1024 / 4));
    }

    @Test
    void aZombieCannotSettleAfterATakeOver() throws Exception {
        insert(app, 1, 2);
        ShardId shard = shardOf("k1");
        Claim old = get(store.claim(shard));
        Chunk chunk = get(store.read(old).runWith(Sink.head(), Materializer.matFromSystem(kit.system())));
        try (RingStore other = RingStore.open(kit.system(), settings)) {
            Claim newer = get(other.claim(shard));
            assertThat(newer.epoch()).isEqualTo(old.epoch() + 1);
            assertThatThrownBy(() -> get(store.settle(old, List.of(chunk))))
                    .rootCause()
                    .isInstanceOfSatisfying(
                            RelayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.FENCED));
            assertThat(get(other.backlog(newer)).rows()).isEqualTo(1);
        }
    }

    @Test
    void drainedPartitionsAreEmptiedButNeverOneWithAWriterOrAnUnsettledRow() throws Exception {
        insert(app, 0, 200);
        execute(DocumentedRoles.OWNER, "alter sequence outbox_seq_seq restart with " + (1 << 20));
        assertThat(get(store.purge()).emptied()).as("nothing is settled").isZero();
        RecordingPublisher publisher = new RecordingPublisher();
        List<ShardStream> streams = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            Claim claim = get(store.claim(new ShardId("orders", n)));
            streams.add(ShardStream.start(
                    store,
                    publisher,
                    Gate.to(TestSettings.PUBLISHER),
                    claim,
                    800,
                    RelayObserver.NONE,
                    Materializer.matFromSystem(kit.system())));
        }
        insert(app, 200, 400);
        await().atMost(LIMIT).until(() -> publisher.sentRows() == 400);
        await().atMost(LIMIT).until(() -> get(store.purge()).emptied() == 1);
        assertThat(query("select count(*) from outbox_p0")).isZero();
        assertThat(query("select count(*) from outbox_p1")).isEqualTo(200);
        for (ShardStream stream : streams) {
            stream.drain();
            get(stream.completion());
        }
    }

    @Test
    void aMissingTableSaysWhatToDo() throws Exception {
        execute(DocumentedRoles.OWNER, "drop table outbox_progress");
        assertThatThrownBy(() -> get(store.claim(new ShardId("orders", 0))))
                .rootCause()
                .hasMessageContaining("outbox_progress");
        assertThatThrownBy(() -> get(store.claim(new ShardId("orders", 0))))
                .cause()
                .hasMessageContaining("relay migrate");
    }

    @Test
    void readingAgainUnderTheSamePositionYieldsTheSameRows() throws Exception {
        insert(app, 0, 1_000);
        ShardId shard = new ShardId("orders", 2);
        List<OutboxRow> first = take(get(store.claim(shard)), 200);
        insert(app, 1_000, 1_500);
        List<OutboxRow> again = take(get(store.claim(shard)), 200);
        assertThat(again.stream().map(OutboxRow::id))
                .isEqualTo(first.stream().map(OutboxRow::id).toList());
    }

    @Test
    void aRowKnowsTheTransactionThatWroteIt() throws Exception {
        insert(app, 1, 2);
        insert(app, 51, 52);
        List<OutboxRow> rows = take(get(store.claim(shardOf("k1"))), 2);
        assertThat(rows.get(0).txid()).isEqualTo(query("select min(txid::text::bigint) from outbox"));
        assertThat(rows.get(1).txid()).isEqualTo(query("select max(txid::text::bigint) from outbox"));
        assertThat(rows).extracting(OutboxRow::defect).containsOnlyNulls();
    }
}
