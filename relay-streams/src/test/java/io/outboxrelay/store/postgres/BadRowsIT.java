package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.Claim;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Finding;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import io.outboxrelay.testkit.Waits;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Rows that no record can be made of, or only just, between rows that must not suffer from them. */
class BadRowsIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static SandboxPostgres postgres;
    private static ActorTestKit kit;
    private static int databases;

    private OutboxSettings settings;
    private RingStore store;
    private Connection app;
    private Claim claim;

    /** Who reads the rows: the shard's own cursor, or the node's tail. */
    private enum Way {
        CATCH_UP,
        TAIL
    }

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

    private void open(String encoding) throws Exception {
        String database = "bad" + databases++;
        DocumentedRoles.execute(
                postgres.jdbcUrl(),
                DocumentedRoles.SUPERUSER,
                "create database " + database + " encoding '" + encoding
                        + "' lc_collate 'C' lc_ctype 'C' template template0");
        settings = DocumentedRoles.outbox(TestSettings.outbox(postgres.jdbcUrl(database), TestSettings.NO_KAFKA, 1));
        store = RingStore.open(kit.system(), settings);
        Waits.get(store.shards(1), LIMIT);
        app = DocumentedRoles.connect(settings, DocumentedRoles.APPLICATION);
    }

    @AfterEach
    void close() throws Exception {
        app.close();
        store.close();
    }

    /** Inserts and reads them; on the tail's way, once the tail has brought a row of its own. */
    private List<OutboxRow> insertAndRead(Way way, String... values) throws SQLException {
        if (way == Way.TAIL) {
            claim = Waits.get(store.claim(new ShardId("orders", 0)), LIMIT);
            insert("'before', 'k', 'T', null, null");
            take(1);
            insert("'before', 'k', 'T', null, null");
            take(1);
        }
        for (String row : values) {
            insert(row);
        }
        insert("'Order', 'last', 'T', 'x', null");
        if (way == Way.CATCH_UP) {
            claim = Waits.get(store.claim(new ShardId("orders", 0)), LIMIT);
        }
        List<OutboxRow> rows = take(values.length + 1);
        OutboxRow last = rows.get(values.length);
        assertThat(last.aggregateId()).isEqualTo("last");
        assertThat(last.defect()).isNull();
        return rows.subList(0, values.length);
    }

    private void insert(String values) throws SQLException {
        try (Statement statement = app.createStatement()) {
            statement.execute(
                    "insert into outbox (aggregatetype, aggregateid, type, payload, headers) values (" + values + ")");
        }
    }

    private List<OutboxRow> take(int rows) {
        CompletionStage<List<OutboxRow>> taken = store.read(claim)
                .mapConcat(Chunk::rows)
                .take(rows)
                .runWith(Sink.seq(), Materializer.matFromSystem(kit.system()));
        return Waits.get(taken, LIMIT);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void textThatIsNotUtf8IsADefectOfItsRowAlone(Way way) throws Exception {
        open("SQL_ASCII");
        String torn = "convert_from('\\x61ff', 'SQL_ASCII')";
        List<OutboxRow> rows = insertAndRead(
                way,
                torn + ", 'k', 'T', 'x', null",
                "'Order', " + torn + ", 'T', 'x', null",
                "'Order', 'k', " + torn + ", 'x', null",
                "'Order', 'k', 'T', 'x', convert_from('\\x7b2268223a2261ff227d', 'SQL_ASCII')::jsonb",
                "'Ördér', 'kéy', 'T\uFFFD', 'x', '{\"h\": \"ü\"}'");
        assertThat(rows.subList(0, 4))
                .extracting(OutboxRow::defect)
                .containsExactly(
                        "column aggregatetype is not valid UTF-8",
                        "column aggregateid is not valid UTF-8",
                        "column type is not valid UTF-8",
                        "column headers is not valid UTF-8");
        assertThat(rows.get(0).aggregateType()).isEmpty();
        assertThat(rows.get(1).aggregateId()).isNull();
        OutboxRow sound = rows.get(4);
        assertThat(sound.defect()).isNull();
        assertThat(List.of(sound.aggregateType(), sound.aggregateId(), sound.type(), sound.headers()))
                .containsExactly("Ördér", "kéy", "T\uFFFD", "{\"h\": \"ü\"}");
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatIsLargerThanALimitIsNotFetched(Way way) throws Exception {
        open("UTF8");
        List<OutboxRow> rows = insertAndRead(
                way,
                "'Order', 'k', 'T', convert_to(repeat('x', 100 << 20), 'UTF8'), null",
                "'Order', repeat('k', 2 << 20), 'T', 'x', null",
                "'Order', 'k', 'T', 'x', jsonb_build_object('h', repeat('v', 2 << 20))",
                "'Order', 'k', 'T', convert_to(repeat('x', 1000 << 10), 'UTF8'), null",
                "'Order', 'k', 'T', convert_to(repeat('x', (1000 << 10) + 1), 'UTF8'), null");
        String legal = " bytes, legal: 0 to 1024000 (reader.max-payload)";
        assertThat(rows)
                .extracting(OutboxRow::defect)
                .containsExactly(
                        "payload of 104857600" + legal,
                        "aggregateid of 2097152" + legal,
                        "headers of 2097161" + legal,
                        null,
                        "payload of 1024001" + legal);
        assertThat(rows.get(0).payload()).isNull();
        assertThat(rows.get(1).aggregateId()).isNull();
        assertThat(rows.get(2).headers()).isNull();
        assertThat(rows.get(3).payload()).hasSize(1000 << 10);
        assertThat(rows.get(4).payload()).isNull();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void whatIsUnusualButSoundIsHandedOnAsItIs(Way way) throws Exception {
        open("UTF8");
        List<OutboxRow> rows = insertAndRead(
                way,
                "'Order', 'k', 'T', '\\x00ff00', null",
                "'Order', null, 'T', 'x', null",
                "'Order', 'k', 'T', null, null",
                "'Order', 'k', 'T', '', '{}'",
                "'', '', '', 'x', null");
        assertThat(rows).extracting(OutboxRow::defect).containsOnlyNulls();
        assertThat(rows.get(0).payload()).containsExactly(0, 0xff, 0);
        assertThat(rows.get(1).aggregateId()).isNull();
        assertThat(new String(rows.get(1).payload(), StandardCharsets.UTF_8)).isEqualTo("x");
        assertThat(rows.get(2).payload()).isNull();
        assertThat(rows.get(3).payload()).isEmpty();
        assertThat(rows.get(3).headers()).isEqualTo("{}");
        assertThat(rows.get(4).aggregateType()
                        + rows.get(4).aggregateId()
                        + rows.get(4).type())
                .isEmpty();
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void everyPointInTimeArrives(Way way) throws Exception {
        open("UTF8");
        if (way == Way.CATCH_UP) {
            claim = null;
        } else {
            insertAndRead(way);
        }
        DocumentedRoles.execute(
                settings.database().url(),
                DocumentedRoles.SUPERUSER,
                "insert into outbox (aggregatetype, type, created_at) values ('O', 'T', 'infinity'),"
                        + " ('O', 'T', '-infinity'), ('O', 'T', '1969-12-31 23:59:59.999999Z'),"
                        + " ('O', 'T', '2026-01-02 03:04:05.678901Z')");
        if (claim == null) {
            claim = Waits.get(store.claim(new ShardId("orders", 0)), LIMIT);
        }
        assertThat(take(4))
                .extracting(OutboxRow::createdAt)
                .containsExactly(
                        Instant.MAX,
                        Instant.MIN,
                        Instant.parse("1969-12-31T23:59:59.999999Z"),
                        Instant.parse("2026-01-02T03:04:05.678901Z"));
    }

    @ParameterizedTest
    @CsvSource({"SQL_ASCII, WARN", "UTF8, OK", "LATIN1, OK"})
    void theDoctorWarnsOfAServerThatTakesAnyBytesForText(String encoding, Finding.Level level) throws Exception {
        open(encoding);
        assertThat(new Doctor().outbox(settings))
                .filteredOn(finding -> finding.check().equals("encoding"))
                .singleElement()
                .satisfies(finding -> {
                    assertThat(finding.level()).isEqualTo(level);
                    assertThat(finding.detail()).contains(encoding);
                });
    }
}
