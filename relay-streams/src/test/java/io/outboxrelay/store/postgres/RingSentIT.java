package io.outboxrelay.store.postgres;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.Retained;
import io.outboxrelay.store.SentPlace;
import io.outboxrelay.store.SentQuery;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.Waits;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What was sent is read again, with the rights of docs/roles.md and nothing that is still on its way. */
class RingSentIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final SentQuery ALL = new SentQuery(null, null, null, null, Set.of(), true);
    private static final String NUMBER = "convert_from(payload, 'UTF8')";
    private static SandboxPostgres postgres;
    private static int databases;

    private OutboxSettings settings;
    private RingSent sent;
    private Connection application;

    @BeforeAll
    static void start() {
        postgres = DocumentedRoles.create(SandboxPostgres.start());
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void open() throws SQLException {
        settings = DocumentedRoles.outbox(postgres, "sent" + databases++, 2);
        try (Connection relay = DocumentedRoles.connect(settings, DocumentedRoles.RELAY)) {
            relay.setAutoCommit(false);
            new Progress(new OutboxSql(settings.table())).shards(relay, 2);
            relay.commit();
        }
        sent = RingSent.open(settings);
        application = DocumentedRoles.connect(settings, DocumentedRoles.APPLICATION);
        application.setAutoCommit(false);
    }

    @AfterEach
    void close() throws SQLException {
        application.close();
        sent.close();
    }

    private static void insert(Connection application, String type, String key, String payload) throws SQLException {
        try (Statement call = application.createStatement()) {
            call.execute("insert into outbox (aggregatetype, aggregateid, type, payload) values ('" + type + "', '"
                    + key + "', 't', convert_to('" + payload + "', 'UTF8'))");
        }
    }

    private void write(String type, String key, String payload) throws SQLException {
        insert(application, type, key, payload);
        application.commit();
    }

    private void relay(String sql) {
        DocumentedRoles.execute(settings.database().url(), DocumentedRoles.RELAY, sql);
    }

    private void superuser(String sql) {
        DocumentedRoles.execute(settings.database().url(), DocumentedRoles.SUPERUSER, sql);
    }

    private void acknowledgeAll() {
        relay("update outbox_progress set prev = pg_current_snapshot(), cur = null,"
                + " sysid = (select system_identifier from pg_control_system())");
    }

    private List<String> payloads(SentQuery query) {
        return rows(query).stream().map(row -> new String(row.payload(), UTF_8)).toList();
    }

    private List<OutboxRow> rows(SentQuery query) {
        List<OutboxRow> rows = new ArrayList<>();
        SentPlace place = Waits.get(sent.retained(), LIMIT).begin();
        while (!place.isEnd()) {
            Chunk chunk = Waits.get(sent.sent(query, place), LIMIT);
            assertThat(chunk.rows()).hasSizeLessThanOrEqualTo(settings.reader().chunkRows());
            rows.addAll(chunk.rows());
            place = (SentPlace) chunk.end();
        }
        assertThat(place.share()).isEqualTo(1);
        return rows;
    }

    @Test
    void onlyWhatIsAcknowledgedInTheOrderOfWriting() throws SQLException {
        for (int n = 0; n < 5; n++) {
            write("a", "k" + n % 2, Integer.toString(n));
        }
        assertThat(payloads(ALL)).isEmpty();
        acknowledgeAll();
        write("a", "k1", "5");
        assertThat(payloads(ALL)).containsExactly("0", "1", "2", "3", "4");
    }

    /** It has a lower number than what was sent, and goes out for the first time later. */
    @Test
    void notARowThatWasCommittedAfterThePositionWasTaken() throws SQLException {
        insert(application, "a", "late", "late");
        try (Connection other = DocumentedRoles.connect(settings, DocumentedRoles.APPLICATION)) {
            insert(other, "a", "k", "sent");
        }
        acknowledgeAll();
        application.commit();
        assertThat(payloads(ALL)).containsExactly("sent");
        acknowledgeAll();
        assertThat(payloads(ALL)).containsExactly("late", "sent");
    }

    @Test
    void ofAnIntervalThatIsBeingSentThePartThatIsAcknowledged() throws SQLException {
        write("a", "k", "0");
        write("a", "k", "1");
        acknowledgeAll();
        relay("update outbox_progress set prev = '3:3:', cur = pg_current_snapshot(), seq = 1");
        assertThat(payloads(ALL)).containsExactly("0");
    }

    @Test
    void nothingThatWasPutAside() throws SQLException {
        write("a", "k", "0");
        write("a", "k", "1");
        acknowledgeAll();
        relay(
                "insert into outbox_parked (seq, id, aggregatetype, aggregateid, type, created_at, reason) select seq, id,"
                        + " aggregatetype, aggregateid, type, created_at, 'r' from outbox where " + NUMBER + " = '0'");
        assertThat(payloads(ALL)).containsExactly("1");
    }

    @Test
    void byTypeKeyTimeAndIdAndWithoutPayloads() throws SQLException {
        write("a", "k", "0");
        write("b", "k", "1");
        write("a", "other", "2");
        acknowledgeAll();
        List<OutboxRow> all = rows(ALL);
        Instant second = all.get(1).createdAt();
        assertThat(payloads(new SentQuery(null, null, "a", null, Set.of(), true)))
                .containsExactly("0", "2");
        assertThat(payloads(new SentQuery(null, null, "a", "k", Set.of(), true)))
                .containsExactly("0");
        assertThat(payloads(new SentQuery(second, null, null, null, Set.of(), true)))
                .containsExactly("1", "2");
        assertThat(payloads(new SentQuery(null, second, null, null, Set.of(), true)))
                .containsExactly("0");
        Set<String> ids = Set.of(all.get(2).id(), "no uuid");
        assertThat(payloads(new SentQuery(null, null, null, null, ids, true))).containsExactly("2");
        assertThat(rows(new SentQuery(null, null, null, null, Set.of(), false)))
                .hasSize(3)
                .allMatch(row -> row.payload() == null && row.defect() == null);
    }

    @Test
    void pageByPage() throws SQLException {
        try (Statement call = application.createStatement()) {
            call.execute("insert into outbox (aggregatetype, aggregateid, type, payload) select 'a', 'k', 't',"
                    + " convert_to(n::text, 'UTF8') from generate_series(1, 3000) n");
        }
        application.commit();
        acknowledgeAll();
        assertThat(rows(ALL)).extracting(OutboxRow::seq).hasSize(3000).isSorted();
    }

    @Test
    void saysSinceWhenThereIsSomethingAndThatItWasRemovedMeanwhile() throws SQLException {
        write("a", "k", "0");
        acknowledgeAll();
        Retained before = Waits.get(sent.retained(), LIMIT);
        assertThat(before.whole()).isTrue();
        assertThat(before.since()).isEqualTo(rows(ALL).get(0).createdAt());
        superuser("select setval('outbox_seq_seq', " + (1L << OutboxSql.LEAF_BITS) + ")");
        write("a", "k", "1");
        acknowledgeAll();
        relay("truncate outbox_p0");
        RelayException removed = Waits.failure(sent.sent(ALL, before.begin()), LIMIT);
        assertThat(removed.fault()).isEqualTo(Fault.MISCONFIGURED);
        assertThat(removed).hasMessageContaining("outbox_p0 was emptied");
        Retained after = Waits.get(sent.retained(), LIMIT);
        assertThat(after.whole()).isFalse();
        assertThat(after.since()).isAfter(before.since());
        assertThat(payloads(ALL)).containsExactly("1");
    }

    @Test
    void refusesPositionsOfAnotherDatabase() throws SQLException {
        write("a", "k", "0");
        acknowledgeAll();
        relay("update outbox_progress set sysid = 1");
        SentPlace begin = Waits.get(sent.retained(), LIMIT).begin();
        assertThat(Waits.failure(sent.sent(ALL, begin), LIMIT).fault()).isEqualTo(Fault.MISCONFIGURED);
    }
}
