package io.outboxrelay.store.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.graph.ShardStream;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.model.Slots;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.testkit.ChunkProbe;
import io.outboxrelay.testkit.RecordingPublisher;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tables as other tools made them, and what a node says when one of them cannot be relayed. */
class ExistingTableIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String DEBEZIUM = "create table outboxevent (id uuid not null primary key,"
            + " aggregatetype varchar(255) not null, aggregateid varchar(255) not null, type varchar(255) not null,"
            + " payload jsonb)";
    private static final String QUARKUS = "create table outboxevent (id uuid not null primary key,"
            + " aggregatetype varchar(255) not null, aggregateid varchar(255) not null, type varchar(255) not null,"
            + " timestamp timestamp not null, payload varchar(8000), tracingspancontext varchar(256))";
    private static final String EVENT = "insert into outboxevent (id, aggregatetype, aggregateid, type, payload)"
            + " select gen_random_uuid(), 'Order', 'k' || (n % 20), 'Changed', ('{\"n\": ' || n || '}')::jsonb"
            + " from generate_series(1, 1000) n";
    private static SandboxPostgres postgres;
    private static ActorSystem system;
    private static int databases;

    private final List<PlainStore> stores = new ArrayList<>();
    private DatabaseSettings database;

    @BeforeAll
    static void start() {
        postgres = SandboxPostgres.start();
        system = ActorSystem.create("existing-table");
    }

    @AfterAll
    static void stop() {
        system.terminate();
        Waits.get(system.getWhenTerminated(), LIMIT);
        postgres.close();
    }

    @BeforeEach
    void createDatabase() {
        String name = "existing" + databases++;
        postgres.createDatabase(name);
        database = TestSettings.database(postgres.jdbcUrl(name));
    }

    @AfterEach
    void closeStores() {
        stores.forEach(PlainStore::close);
    }

    private static ColumnSettings columns(String createdAt, String order) {
        return new ColumnSettings(
                "id", "aggregatetype", "aggregateid", "type", "payload", "", createdAt, order, "published_at");
    }

    private PlainStore open(Mode mode, ColumnSettings columns, String... ddl) {
        PlainFixture fixture = PlainFixture.open(TestSettings.plain(database, "outboxevent", mode, columns), ddl);
        stores.add(fixture.here());
        stores.add(fixture.there());
        return fixture.here();
    }

    private long query(String sql) throws SQLException {
        try (Connection connection = PlainFixture.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    private List<OutboxRow> relayed(PlainStore store, int rows) {
        RecordingPublisher publisher = new RecordingPublisher();
        List<ShardStream> streams = new ArrayList<>();
        for (int n = 0; n < 4; n++) {
            Claim claim = Waits.get(store.claim(new ShardId("orders", n)), LIMIT);
            streams.add(ShardStream.start(
                    store, publisher, claim, 8, RelayObserver.NONE, Materializer.matFromSystem(system)));
        }
        await().atMost(LIMIT).until(() -> publisher.sentRows() >= rows);
        for (ShardStream stream : streams) {
            stream.drain();
            Waits.get(stream.completion(), LIMIT);
        }
        return publisher.sent();
    }

    @Test
    void aDebeziumTableIsRelayedOnceItHasAnOrder() throws Exception {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                DEBEZIUM,
                EVENT,
                "alter table outboxevent add column seq bigint generated always as identity",
                EVENT);
        assertThat(Waits.get(store.shards(4), LIMIT)).isEqualTo(4);
        List<OutboxRow> rows = relayed(store, 2000);
        assertThat(rows).hasSize(2000).extracting(OutboxRow::id).doesNotHaveDuplicates();
        assertThat(new String(rows.get(0).payload(), StandardCharsets.UTF_8)).startsWith("{\"n\": ");
        assertThat(query("select count(*) from outboxevent")).isZero();
    }

    @Test
    void aMarkedRowStaysAndSaysWhenItWasSent() throws Exception {
        PlainStore store = open(
                Mode.MARK,
                columns("", "seq"),
                DEBEZIUM,
                "alter table outboxevent add column seq bigint generated always as identity,"
                        + " add column published_at timestamptz",
                EVENT);
        Waits.get(store.shards(4), LIMIT);
        assertThat(relayed(store, 1000)).hasSize(1000);
        assertThat(query("select count(*) from outboxevent where published_at > now() - interval '5 minutes'"))
                .isEqualTo(1000);
        assertThat(relayed(store, 0)).isEmpty();
    }

    @Test
    void aQuarkusTableIsRelayedByItsTimestamp() throws Exception {
        PlainStore store = open(Mode.DELETE, columns("timestamp", "timestamp"), QUARKUS, """
                insert into outboxevent (id, aggregatetype, aggregateid, type, timestamp, payload)
                select gen_random_uuid(), 'Order', 'k1', 'Changed', localtimestamp + n * interval '1 ms', n::text
                from generate_series(1, 500) n order by random()""");
        Waits.get(store.shards(4), LIMIT);
        int shard = Slots.of("k1") / (Slots.COUNT / 4);
        Claim claim = Waits.get(store.claim(new ShardId("orders", shard)), LIMIT);
        ChunkProbe probe = ChunkProbe.start(store, claim, Materializer.matFromSystem(system), LIMIT);
        List<OutboxRow> rows = probe.rows(500);
        assertThat(rows)
                .extracting(row -> Integer.valueOf(new String(row.payload(), StandardCharsets.UTF_8)))
                .isSorted();
        probe.cancel();
    }

    @Test
    void aTableWithoutAnOrderIsRefusedWithWhatToAdd() {
        PlainStore store = open(Mode.DELETE, columns("", "seq"), DEBEZIUM);
        assertRefused(store, "alter table outboxevent add column seq bigint generated always as identity");
    }

    @Test
    void anIdThatCountsNothingIsNoOrder() {
        PlainStore store = open(Mode.DELETE, columns("", "id"), DEBEZIUM);
        assertRefused(store, "neither a whole number nor a timestamp", "add column seq");
    }

    @Test
    void anIdThatIsNotUniqueIsRefused() {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (id uuid, seq bigint, aggregatetype text, aggregateid text, type text,"
                        + " payload text)",
                "create unique index on outboxevent (id, seq)",
                "create unique index on outboxevent (id) where seq > 5");
        assertRefused(store, "columns.id", "add primary key (id)");
    }

    @Test
    void aMissingColumnAndAMissingMarkAreNamed() {
        PlainStore store = open(
                Mode.MARK,
                columns("", "seq"),
                "create table outboxevent (id uuid primary key, seq bigint, aggregatetype text, aggregateid text,"
                        + " type text, payload text)");
        assertRefused(store, "add column published_at timestamptz");
        PlainFixture.execute(database, "alter table outboxevent drop column payload");
        assertRefused(store, "columns.payload");
    }

    @Test
    void aMissingTableIsRefused() {
        PlainStore store = open(Mode.DELETE, columns("", "seq"));
        assertRefused(store, "outboxevent");
    }

    private static void assertRefused(PlainStore store, String... words) {
        RelayException refusal = Waits.failure(store.shards(4), LIMIT);
        assertThat(refusal.fault()).isEqualTo(Fault.MISCONFIGURED);
        assertThat(refusal).hasMessageContainingAll(words);
    }
}
