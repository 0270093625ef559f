package io.outboxrelay.store.plain;

import static java.nio.charset.StandardCharsets.UTF_8;
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
import io.outboxrelay.model.Slots;
import io.outboxrelay.publish.Gate;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RowField.Column;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.ParkedEdit;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.SentPlace;
import io.outboxrelay.store.SentQuery;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.RecordingPublisher;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** A fresh database in which a test makes a table `outboxevent` and has it relayed. */
abstract class TableScene {
    static final Duration LIMIT = Duration.ofSeconds(60);
    static final int SHARDS = 4;
    private static ActorSystem system;

    private final List<PlainStore> stores = new ArrayList<>();
    private DatabaseSettings database;
    private @Nullable OutboxSettings outbox;

    @BeforeAll
    static void startSystem() {
        system = ActorSystem.create("existing-table");
    }

    @AfterAll
    static void stopSystem() {
        system.terminate();
        Waits.get(system.getWhenTerminated(), LIMIT);
    }

    @BeforeEach
    void createDatabase() {
        database = newDatabase();
    }

    @AfterEach
    void closeStores() {
        stores.forEach(PlainStore::close);
    }

    /** Seen by its administrator. */
    abstract DatabaseSettings newDatabase();

    abstract PlainRights rights();

    static Materializer materializer() {
        return Materializer.matFromSystem(system);
    }

    static ColumnSettings columns(String createdAt, String order) {
        return new ColumnSettings(
                "id", "aggregatetype", "aggregateid", "type", "payload", "", createdAt, order, "published_at", "");
    }

    void in(DatabaseSettings another) {
        database = another;
    }

    /** With the rights of docs/roles.md. */
    PlainStore open(Mode mode, ColumnSettings columns, String... ddl) {
        outbox = TestSettings.plain(database, "outboxevent", mode, columns);
        PlainFixture fixture = PlainFixture.open(rights(), outbox, ddl);
        stores.add(fixture.here());
        stores.add(fixture.there());
        return fixture.here();
    }

    /** Relays a table and looks for rights that the relay has beyond what it needs. */
    void relayWithDocumentedRights(Mode mode, String... ddl) {
        PlainStore store = open(mode, columns("", "seq"), ddl);
        OutboxSettings narrow = TestSettings.as(DocumentedRoles.RELAY, outbox);
        assertThat(relayed(store, 1000)).hasSize(1000);
        Waits.get(store.reshard(SHARDS - 1), LIMIT);
        Waits.get(store.reshard(SHARDS), LIMIT);
        PlainFixture.execute(
                database,
                "insert into outboxevent (id, aggregatetype, aggregateid, type) values ("
                        + "'00000000-0000-0000-0000-000000000000', 'Order', 'k', 'Changed')",
                "revoke update (payload, aggregatetype, type) on outboxevent from outbox_relay");
        for (String tooMuch : List.of(
                "update outboxevent set payload = null",
                "insert into outboxevent (id) values ('00000000-0000-0000-0000-000000000001')",
                mode == Mode.DELETE ? "drop table outboxevent" : "delete from outboxevent")) {
            assertThatThrownBy(() -> PlainFixture.execute(narrow.database(), tooMuch))
                    .as(tooMuch)
                    .rootCause()
                    .isInstanceOf(SQLException.class);
        }
        assertRoutes(narrow, "Order");
        assertEditNeedsItsOwnRight(store);
        PlainFixture.execute(database, "revoke select on outboxevent from outbox_relay");
        assertRefused(store, "denied", "grant what the documentation's role table lists");
    }

    /** What the doctor asks Kafka about. */
    private static void assertRoutes(OutboxSettings outbox, String... types) {
        assertThat(PlainDoctor.waiting(outbox, Set.of(Column.AGGREGATETYPE)))
                .extracting(OutboxRow::aggregateType)
                .containsExactlyInAnyOrder(types);
        assertThat(PlainDoctor.waiting(outbox, Set.of(Column.ID, Column.AGGREGATEID, Column.TYPE, Column.HEADERS)))
                .extracting(OutboxRow::aggregateId)
                .contains("k");
    }

    /** As {@link #open} makes it. */
    void assertRoutes(Mode mode, ColumnSettings columns, String... types) {
        assertRoutes(TestSettings.plain(database, "outboxevent", mode, columns), types);
    }

    private void assertEditNeedsItsOwnRight(PlainStore store) {
        Claim claim = claim(store, Slots.shardOf(Slots.of("k"), SHARDS));
        Chunk chunk = Waits.get(store.read(claim).runWith(Sink.head(), materializer()), LIMIT);
        OutboxRow row = chunk.rows().get(0);
        Refusal refusal = new Refusal(row, Refusal.Kind.REFUSED, "no such topic");
        Waits.get(store.park(claim, List.of(chunk), List.of(refusal)), LIMIT);
        ParkedEdit edit = new ParkedEdit(null, null, "Invoice", "Retyped");
        assertThat(Waits.get(store.edit(row.id(), edit), LIMIT).reason())
                .contains("may not change aggregatetype, type of table outboxevent", "grant update");
        rights().grant(outbox);
        assertThat(Waits.get(store.edit(row.id(), edit), LIMIT)).isEqualTo(ParkedEdit.Result.DONE);
        Waits.get(store.decide(OutboxAdmin.Decision.RELEASE, List.of(row.id())), LIMIT);
        assertThat(relayed(store, 1)).extracting(OutboxRow::type).containsExactly("Retyped");
    }

    /** The row's payload in a text column, and what such a column cannot hold. */
    void assertTextIsEdited(PlainStore store, String key, String payload) {
        Claim claim = claim(store, Slots.shardOf(Slots.of(key), SHARDS));
        Chunk chunk = Waits.get(store.read(claim).runWith(Sink.head(), materializer()), LIMIT);
        String event = chunk.rows().get(0).id();
        Refusal refusal = new Refusal(chunk.rows().get(0), Refusal.Kind.PASSED, "not wanted");
        Waits.get(store.park(claim, List.of(chunk), List.of(refusal)), LIMIT);
        assertThat(Waits.get(store.edit(event, payload(new byte[] {(byte) 0xff})), LIMIT)
                        .reason())
                .contains("payload is not UTF-8 text");
        ParkedEdit.Result refused = Waits.get(store.edit(event, payload("canary{".getBytes(UTF_8))), LIMIT);
        assertThat(refused.reason())
                .contains("cannot hold that payload", "SQLSTATE 22")
                .doesNotContain("canary");
        assertThat(Waits.get(store.edit(event, payload(payload.getBytes(UTF_8))), LIMIT))
                .isEqualTo(ParkedEdit.Result.DONE);
        Waits.get(store.decide(OutboxAdmin.Decision.RELEASE, List.of(event)), LIMIT);
        assertThat(relayed(store, 1)).extracting(TableScene::payload).containsExactly(payload);
    }

    private static ParkedEdit payload(byte[] bytes) {
        return new ParkedEdit(new ParkedEdit.To<>(bytes), null, null, null);
    }

    /** As administrator, who then grants what could not be granted before. */
    void execute(String... statements) {
        PlainFixture.execute(database, statements);
        if (outbox != null) {
            rights().grant(outbox);
        }
    }

    long query(String sql) throws SQLException {
        try (Connection connection = PlainFixture.connect(database);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }

    /** Sets up the shards and relays until `rows` rows were sent; returns what was sent, acknowledged by now. */
    static List<OutboxRow> relayed(PlainStore store, int rows) {
        assertThat(Waits.get(store.shards(SHARDS), LIMIT)).isEqualTo(SHARDS);
        RecordingPublisher publisher = new RecordingPublisher();
        List<ShardStream> streams = new ArrayList<>();
        for (int n = 0; n < SHARDS; n++) {
            Claim claim = claim(store, n);
            streams.add(ShardStream.start(
                    store, publisher, Gate.to(TestSettings.PUBLISHER), claim, 800, RelayObserver.NONE, materializer()));
        }
        await().atMost(LIMIT).until(() -> publisher.sentRows() >= rows);
        for (ShardStream stream : streams) {
            stream.drain();
            Waits.get(stream.completion(), LIMIT);
        }
        return publisher.sent();
    }

    /** All that is left of what was sent and meets the query, as the store's own user reads it. */
    static List<OutboxRow> sentAgain(PlainStore store, SentQuery query) {
        List<OutboxRow> rows = new ArrayList<>();
        SentPlace place = Waits.get(store.sentRows().retained(), LIMIT).begin();
        while (!place.isEnd()) {
            Chunk chunk = Waits.get(store.sentRows().sent(query, place), LIMIT);
            rows.addAll(chunk.rows());
            place = (SentPlace) chunk.end();
        }
        return rows;
    }

    /** A marked table, whose columns are those of {@link #columns}, with a row of key `waits` that is not sent. */
    static void assertMarkedRowsAreReadAgain(PlainStore store, int rows) {
        SentQuery all = new SentQuery(null, null, null, null, Set.of(), true);
        List<OutboxRow> again = sentAgain(store, all);
        assertThat(again).hasSize(rows).extracting(OutboxRow::seq).isSorted();
        assertThat(again).extracting(OutboxRow::id).doesNotHaveDuplicates();
        assertThat(again).extracting(OutboxRow::aggregateId).doesNotContain("waits");
        OutboxRow one = again.get(rows / 2);
        assertThat(payload(one)).isNotEmpty();
        SentQuery key = new SentQuery(null, null, one.aggregateType(), one.aggregateId(), Set.of(), true);
        assertThat(sentAgain(store, key))
                .isNotEmpty()
                .allMatch(row -> row.aggregateId().equals(one.aggregateId()));
        SentQuery id = new SentQuery(null, null, null, null, Set.of(one.id(), "none"), true);
        assertThat(sentAgain(store, id)).extracting(OutboxRow::id).containsExactly(one.id());
        Instant now = Instant.now();
        Instant before = now.minusSeconds(3600);
        assertThat(sentAgain(store, new SentQuery(before, now.plusSeconds(3600), null, null, Set.of(), true)))
                .hasSize(rows);
        assertThat(sentAgain(store, new SentQuery(null, before, null, null, Set.of(), true)))
                .isEmpty();
    }

    /** Relays everything and checks what is wrong with each row, by its id; `none` where nothing is. */
    void assertDefects(PlainStore store, Map<String, String> defects) throws SQLException {
        List<OutboxRow> rows = relayed(store, defects.size());
        Map<String, String> found = new TreeMap<>();
        rows.forEach(row -> found.put(row.id(), row.defect() == null ? "none" : row.defect()));
        assertThat(found).containsExactlyInAnyOrderEntriesOf(defects);
        assertThat(rows).extracting(OutboxRow::payloadBytes).allMatch(bytes -> bytes < 10);
        assertThat(query("select count(*) from outboxevent")).isZero();
    }

    static Claim claim(PlainStore store, int shard) {
        return Waits.get(store.claim(new ShardId("orders", shard)), LIMIT);
    }

    static String payload(OutboxRow row) {
        return new String(row.payload(), UTF_8);
    }

    static void assertRefused(PlainStore store, String... words) {
        RelayException refusal = Waits.failure(store.shards(SHARDS), LIMIT);
        assertThat(refusal.fault()).isEqualTo(Fault.MISCONFIGURED);
        assertThat(refusal).hasMessageContainingAll(words);
    }
}
