package io.outboxrelay.store.plain;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Slots;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.AcknowledgeSettings.Mode;
import io.outboxrelay.settings.ColumnSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.testkit.ChunkProbe;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tables as other tools made them, and what a node says when one of them cannot be relayed. */
class ExistingTableIT extends TableScene {
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
    private static int databases;

    @BeforeAll
    static void startPostgres() {
        postgres = DocumentedRoles.create(SandboxPostgres.start());
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @Override
    DatabaseSettings newDatabase() {
        return administrator(postgres.createDatabase("existing" + databases++));
    }

    private static DatabaseSettings administrator(String url) {
        return TestSettings.database(url, DocumentedRoles.SUPERUSER);
    }

    @Override
    PlainRights rights() {
        return PlainRights.POSTGRES;
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
        List<OutboxRow> rows = relayed(store, 2000);
        assertThat(rows).hasSize(2000).extracting(OutboxRow::id).doesNotHaveDuplicates();
        assertThat(payload(rows.get(0))).startsWith("{\"n\": ");
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
        assertThat(relayed(store, 1000)).hasSize(1000);
        assertThat(query("select count(*) from outboxevent where published_at > now() - interval '5 minutes'"))
                .isEqualTo(1000);
        assertThat(relayed(store, 0)).isEmpty();
    }

    @Test
    void aQuarkusTableIsRelayedByItsTimestamp() throws Exception {
        PlainStore store = open(Mode.DELETE, quarkusColumns(), QUARKUS, """
                insert into outboxevent (id, aggregatetype, aggregateid, type, timestamp, payload,
                  tracingspancontext)
                select gen_random_uuid(), 'Order', 'k1', 'Changed', localtimestamp + n * interval '1 ms', n::text,
                  '#written now' || chr(10) || 'traceparent=00-' || n
                from generate_series(1, 500) n order by random()""");
        Waits.get(store.shards(SHARDS), LIMIT);
        int shard = Slots.of("k1") / (Slots.COUNT / SHARDS);
        Claim claim = claim(store, shard);
        ChunkProbe probe = ChunkProbe.start(store, claim, materializer(), LIMIT);
        List<OutboxRow> rows = probe.rows(500);
        assertThat(rows).extracting(row -> Integer.valueOf(payload(row))).isSorted();
        assertThat(rows)
                .allSatisfy(
                        row -> assertThat(row.headers()).isEqualTo("{\"traceparent\":\"00-" + payload(row) + "\"}"));
        probe.cancel();
    }

    private static ColumnSettings quarkusColumns() {
        return new ColumnSettings(
                "id",
                "aggregatetype",
                "aggregateid",
                "type",
                "payload",
                "",
                "timestamp",
                "timestamp",
                "published_at",
                "tracingspancontext");
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

    @ParameterizedTest
    @CsvSource({"id uuid unique, columns.id, bigint not null", "id uuid primary key, columns.order, bigint"})
    void anIdOrAnOrderThatMayBeNullIsRefused(String id, String setting, String order) {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (" + id + ", seq " + order + ", aggregatetype text, aggregateid text,"
                        + " type text, payload text)");
        assertRefused(store, setting, "make it not null");
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
        execute("alter table outboxevent drop column payload");
        assertRefused(store, "columns.payload");
    }

    @Test
    void aMissingTableIsRefused() {
        PlainStore store = open(Mode.DELETE, columns("", "seq"));
        assertRefused(store, "outboxevent");
    }

    @ParameterizedTest
    @ValueSource(strings = {"UTF8", "SQL_ASCII"})
    void aBadRowTakesNoOtherWithIt(String encoding) throws Exception {
        String name = "bad_" + encoding.toLowerCase(Locale.ROOT);
        execute("create database " + name + " encoding '" + encoding
                + "' lc_collate 'C' lc_ctype 'C' template template0");
        in(administrator(postgres.jdbcUrl(name)));
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (id varchar(36) primary key, aggregatetype text, aggregateid text, type text,"
                        + " payload text, seq bigint generated always as identity)",
                "insert into outboxevent values ('no key', 'Order', null, 'T', 'x'), ('nothing', 'Order', 'k', 'T', null),"
                        + " ('large', 'Order', 'k', 'T', repeat('x', 1024001)), ('no topic', null, 'k', 'T', 'x'),"
                        + " ('large key', 'Order', repeat('k', 1024001), 'T', 'x'), ('good', 'Order', 'k', 'T', 'sö')");
        Map<String, String> defects = new TreeMap<>(Map.of(
                "no key", "none",
                "nothing", "none",
                "large", "column payload of 1024001 bytes, legal: 0 to 1024000 (reader.max-payload)",
                "no topic", "column aggregatetype is null",
                "large key", "column aggregateid of 1024001 bytes, legal: 0 to 1024000 (reader.max-payload)",
                "good", "none"));
        if (encoding.equals("SQL_ASCII")) {
            execute("insert into outboxevent values ('torn key', 'Order', E'k\\xff', 'T', 'x'),"
                    + " ('torn payload', 'Order', 'k', 'T', E'\\xc3x'), ('torn type', 'Order', 'k', E'\\xfe', 'x')");
            defects.put("torn key", "column aggregateid is not valid UTF-8");
            defects.put("torn payload", "column payload is not valid UTF-8");
            defects.put("torn type", "column type is not valid UTF-8");
        }
        assertDefects(store, defects);
    }

    @ParameterizedTest
    @EnumSource(names = {"DELETE", "MARK"})
    void theDocumentedRightsAreEnoughAndAllowNothingElse(Mode mode) {
        relayWithDocumentedRights(
                mode,
                DEBEZIUM,
                "alter table outboxevent add column seq bigint generated always as identity,"
                        + " add column published_at timestamptz",
                EVENT);
    }

    @Test
    void aParkedRowsJsonIsEditedAndWhatIsNoJsonIsRefused() {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                "create table outboxevent (id uuid primary key, aggregatetype text, aggregateid text, type text,"
                        + " payload json, seq bigint generated always as identity)",
                "insert into outboxevent values ('00000000-0000-0000-0000-000000000007', 'Order', 'k', 'T', '{}')");
        assertThat(Waits.get(store.shards(SHARDS), LIMIT)).isEqualTo(SHARDS);
        assertTextIsEdited(store, "k", "{\"total\": 7}");
    }

    /** In the order of a timestamp, in which rows have equal places. */
    @Test
    void whatWasMarkedIsReadAgain() {
        PlainStore store = open(
                Mode.MARK,
                columns("created_at", "created_at"),
                DEBEZIUM,
                "alter table outboxevent add column published_at timestamptz",
                "alter table outboxevent add column created_at timestamptz not null default now()",
                EVENT,
                EVENT,
                EVENT);
        assertThat(relayed(store, 3000)).hasSize(3000);
        execute("insert into outboxevent (id, aggregatetype, aggregateid, type)"
                + " values (gen_random_uuid(), 'A', 'waits', 'T')");
        assertMarkedRowsAreReadAgain(store, 3000);
    }

    @Test
    void whatIsDeletedWhenItIsSentCannotBeReadAgain() {
        PlainStore store = open(
                Mode.DELETE,
                columns("", "seq"),
                DEBEZIUM,
                "alter table outboxevent add column seq bigint generated always as identity");
        assertThat(Waits.failure(store.sentRows().retained(), LIMIT)).hasMessageContaining("deletes every event");
    }
}
