package io.outboxrelay.store.plain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.outboxrelay.model.Backlog;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.testkit.ChunkProbe;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as other tools make them on MariaDB. */
@EnabledIf("io.outboxrelay.sandbox.SandboxMariaDb#runsHere")
class MariaDbTableIT extends TableScene {
    private static final String EVENTS = "insert into outboxevent (id, aggregatetype, aggregateid, type, payload)"
            + " select uuid(), 'Order', concat('k', seq % 20), 'Changed', concat('{\"n\": ', seq, '}')"
            + " from seq_1_to_1000";
    private static final String DEBEZIUM = "create table outboxevent (id uuid not null primary key,"
            + " aggregatetype varchar(255) not null, aggregateid varchar(255), type varchar(255) not null,"
            + " payload json)";

    /** A relay whose session is not in the time zone of this machine. */
    @Override
    DatabaseSettings newDatabase() {
        DatabaseSettings database = MariaDb.newDatabase();
        return TestSettings.database(database.url() + "?sessionVariables=time_zone='-07:00'", database.user());
    }

    @Override
    PlainRights rights() {
        return PlainRights.MARIADB;
    }

    @Test
    void aDebeziumTableIsRelayedOnceItHasAnOrder() throws Exception {
        PlainStore store = open(Mode.DELETE, columns("", "seq"), DEBEZIUM, EVENTS);
        assertRefused(store, "alter table outboxevent add column seq bigint not null auto_increment unique");
        execute("alter table outboxevent add column seq bigint not null auto_increment unique", EVENTS);
        List<OutboxRow> rows = relayed(store, 2000);
        assertThat(rows).hasSize(2000).extracting(OutboxRow::id).doesNotHaveDuplicates();
        assertThat(payload(rows.get(0))).startsWith("{\"n\": ");
        assertThat(query("select count(*) from outboxevent")).isZero();
    }

    @Test
    void whatWasMarkedIsReadAgain() {
        PlainStore store = open(
                Mode.MARK,
                columns("created_at", "seq"),
                DEBEZIUM,
                "alter table outboxevent add column seq bigint not null auto_increment unique",
                "alter table outboxevent add column published_at timestamp null",
                "alter table outboxevent add column created_at timestamp(6) not null default current_timestamp(6)",
                EVENTS);
        assertThat(relayed(store, 1000)).hasSize(1000);
        execute("insert into outboxevent (id, aggregatetype, aggregateid, type) values (uuid(), 'A', 'waits', 'T')");
        assertMarkedRowsAreReadAgain(store, 1000);
    }

    @Test
    void aMarkedRowStaysAndSaysWhenItWasSent() throws Exception {
        PlainStore store = open(
                Mode.MARK,
                columns("", "seq"),
                DEBEZIUM,
                "alter table outboxevent add column seq bigint not null auto_increment unique",
                EVENTS);
        assertRefused(store, "alter table outboxevent add column published_at timestamp null");
        execute("alter table outboxevent add column published_at timestamp null");
        assertThat(relayed(store, 1000)).hasSize(1000);
        assertThat(query("select count(*) from outboxevent where published_at > now() - interval 5 minute"))
                .isEqualTo(1000);
        assertThat(relayed(store, 0)).isEmpty();
    }

    @Test
    void idsMayBeBinaryKeysMissingAndTextOutsideLatin() throws Exception {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "order"),
                "create table outboxevent (ID binary(16) primary key, `order` int not null auto_increment unique,"
                        + " AggregateType varchar(255) not null, aggregateid varchar(255) character set latin1,"
                        + " type varchar(255) not null, payload longtext character set utf8mb4)",
                "insert into outboxevent (id, aggregatetype, aggregateid, type, payload) values"
                        + " (unhex('fffe0102030405060708090a0b0c0d0e'), 'Order', null, 'Changed', 'no key'),"
                        + " (unhex('ff000102030405060708090a0b0c0d0e'), 'Order', 'sö', 'Geändert', '\uD83C\uDF53'),"
                        + " (unhex('00000000000000000000000000000000'), 'Order', 'sö', 'Changed', null)");
        List<OutboxRow> rows = relayed(store, 3);
        assertThat(rows)
                .extracting(OutboxRow::id, OutboxRow::aggregateId, row -> row.payload() == null ? "-" : payload(row))
                .containsExactlyInAnyOrder(
                        tuple("fffe0102-0304-0506-0708-090a0b0c0d0e", null, "no key"),
                        tuple("ff000102-0304-0506-0708-090a0b0c0d0e", "sö", "\uD83C\uDF53"),
                        tuple("00000000-0000-0000-0000-000000000000", "sö", "-"));
        assertThat(query("select count(*) from outboxevent")).isZero();
    }

    @Test
    void aParkedRowWithABinaryIdIsLeftOutWhenRowsAreReadAgain() throws Exception {
        PlainStore store = open(
                Mode.MARK,
                columns("", "seq"),
                "create table outboxevent (id binary(16) primary key, seq int not null auto_increment unique,"
                        + " aggregatetype text, aggregateid text, type text, payload blob, published_at timestamp null)",
                "insert into outboxevent (id, aggregatetype, aggregateid, type) values"
                        + " (unhex('fffe0102030405060708090a0b0c0d0e'), 'Order', 'k', 'T'),"
                        + " (unhex('ff000102030405060708090a0b0c0d0e'), 'Order', 'k', 'T')");
        Waits.get(store.shards(1), LIMIT);
        Claim claim = claim(store, 0);
        List<Chunk> chunks =
                ChunkProbe.start(store, claim, materializer(), LIMIT).chunks(2);
        OutboxRow poison = ChunkProbe.rowsOf(chunks).get(0);
        Waits.get(store.park(claim, chunks, List.of(new Refusal(poison, Refusal.Kind.REFUSED, "too large"))), LIMIT);
        Claim again = claim(store, 0);
        assertThat(Waits.get(store.backlog(again), LIMIT).rows()).isZero();
        assertThat(query("select count(*) from outboxevent where published_at is null"))
                .isEqualTo(1);
    }

    @Test
    void aRowsAgeDoesNotDependOnTheTimeZonesOfClients() {
        PlainStore store = open(
                Mode.DELETE,
                columns("created_at", "created_at"),
                "create table outboxevent (id char(36) primary key, aggregatetype text, aggregateid text, type text,"
                        + " payload blob, created_at timestamp(6) not null)",
                "insert into outboxevent values"
                        + " ('a', 'Order', 'k', 'Changed', 'first', from_unixtime(1700000000.123456)),"
                        + " ('b', 'Order', 'k', 'Changed', 'then', from_unixtime(1700000000.123457)),"
                        + " ('c', 'Order', 'k', 'Changed', 'last', now(6))");
        Waits.get(store.shards(1), LIMIT);
        Backlog backlog = Waits.get(store.backlog(claim(store, 0)), LIMIT);
        assertThat(backlog.oldestAge()).isCloseTo(sinceFirst(), Duration.ofMinutes(1));
        List<OutboxRow> rows =
                ChunkProbe.start(store, claim(store, 0), materializer(), LIMIT).rows(3);
        assertThat(rows).extracting(TableScene::payload).containsExactly("first", "then", "last");
        assertThat(rows.get(0).createdAt()).isEqualTo(Instant.ofEpochSecond(1_700_000_000, 123_456_000));
        assertThat(Duration.between(rows.get(2).createdAt(), Instant.now())).isLessThan(LIMIT.multipliedBy(2));
    }

    @ParameterizedTest
    @ValueSource(strings = {"longtext", "longblob", "json"})
    void aBadRowTakesNoOtherWithIt(String payload) throws Exception {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (id varchar(36) primary key, aggregatetype text, aggregateid longtext,"
                        + " type text, payload " + payload + ", seq bigint not null auto_increment unique)",
                "insert into outboxevent (id, aggregatetype, aggregateid, type, payload) values"
                        + " ('no key', 'Order', null, 'T', '1'), ('nothing', 'Order', 'k', 'T', null),"
                        + " ('large', 'Order', 'k', 'T', concat('\"', repeat('x', 1024001), '\"')),"
                        + " ('no topic', null, 'k', 'T', '1'), ('nul', 'Order', concat('k', char(0)), 'T', '1'),"
                        + " ('large key', 'Order', repeat('k', 1024001), 'T', '1')");
        assertDefects(
                store,
                Map.of(
                        "no key", "none",
                        "nothing", "none",
                        "large", "column payload of 1024003 bytes, legal: 0 to 1024000 (reader.max-payload)",
                        "no topic", "column aggregatetype is null",
                        "nul", "none",
                        "large key", "column aggregateid of 1024001 bytes, legal: 0 to 1024000 (reader.max-payload)"));
    }

    @ParameterizedTest
    @EnumSource(names = {"DELETE", "MARK"})
    void theDocumentedRightsAreEnoughAndAllowNothingElse(Mode mode) {
        relayWithDocumentedRights(
                mode,
                DEBEZIUM,
                "alter table outboxevent add column seq bigint not null auto_increment unique,"
                        + " add column published_at timestamp null",
                EVENTS);
    }

    private static Duration sinceFirst() {
        return Duration.between(Instant.ofEpochSecond(1_700_000_000), Instant.now());
    }

    @Test
    void aBinaryKeyAndAnIdThatIsNotUniqueAreRefused() {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (id uuid, seq bigint not null auto_increment unique, aggregatetype text,"
                        + " aggregateid binary(16), type text, payload text, unique (id, seq))");
        assertRefused(store, "columns.aggregateid", "binary");
        execute("alter table outboxevent modify aggregateid text");
        assertRefused(store, "columns.id", "add primary key (id)");
    }
}
