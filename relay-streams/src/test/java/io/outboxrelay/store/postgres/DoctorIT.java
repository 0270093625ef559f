package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RowField.Column;
import io.outboxrelay.store.Finding;
import io.outboxrelay.store.Finding.Level;
import io.outboxrelay.store.jdbc.Sample;
import io.outboxrelay.testkit.DocumentedRoles;
import io.outboxrelay.testkit.TestSettings;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** With the rights of docs/roles.md, as a node has them. */
class DoctorIT {
    private static SandboxPostgres postgres;
    private static int databases;

    private OutboxSettings settings;

    @BeforeAll
    static void start() {
        postgres = SandboxPostgres.start(Map.of("max_prepared_transactions", "5"));
        DocumentedRoles.create(postgres);
    }

    @AfterAll
    static void stop() {
        postgres.close();
    }

    @BeforeEach
    void healthyOutbox() throws SQLException {
        settings = DocumentedRoles.outbox(postgres, "doctor" + databases++, 4);
        try (Connection relay = connect(DocumentedRoles.RELAY)) {
            new Progress(new OutboxSql(settings.table())).shards(relay, 4);
        }
        as(DocumentedRoles.RELAY, "update outbox_progress set prev = pg_current_snapshot()");
    }

    private Connection connect(String user) throws SQLException {
        return DriverManager.getConnection(settings.database().url(), user, user);
    }

    private void as(String user, String sql) {
        DocumentedRoles.execute(settings.database().url(), user, sql);
    }

    private List<Finding> examine() {
        return new Doctor().outbox(settings);
    }

    private static Finding the(String check, List<Finding> findings) {
        return findings.stream()
                .filter(finding -> finding.check().equals(check))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no finding " + check + " in " + findings));
    }

    private static void assertFound(Finding finding, Level level, String detail) {
        assertThat(finding.level()).as(finding.toString()).isEqualTo(level);
        assertThat(finding.detail()).contains(detail);
        assertThat(finding.advice()).isNotBlank();
    }

    /** A transaction of its own each, so that what is acknowledged is not looked at. */
    @Test
    void knowsTheRoutesOfWhatWaitsAndWhatIsPutAside() {
        String insert = "insert into outbox (aggregatetype, aggregateid, type, headers) ";
        as(DocumentedRoles.APPLICATION, insert + "values ('Sent', 'k', 'T', null)");
        as(DocumentedRoles.RELAY, "update outbox_progress set prev = pg_current_snapshot()");
        as(
                DocumentedRoles.APPLICATION,
                insert + "select 'Waits', 'k' || n, 'T' || n % 2, '{\"a\": 1}' from" + " generate_series(1, 500) n");
        as(DocumentedRoles.APPLICATION, insert + "values ('Waits', null, 'T0', null)");
        as(
                DocumentedRoles.RELAY,
                "insert into outbox_parked (seq, id, aggregatetype, aggregateid, type, created_at,"
                        + " reason) values (1, gen_random_uuid(), 'Held', 'k', 'T', now(), 'no topic')");
        assertThat(new Doctor().waiting(settings, Set.of(Column.AGGREGATETYPE)))
                .extracting(row -> row.aggregateType() + row.aggregateId() + row.type() + row.headers())
                .containsExactlyInAnyOrder("Waitskeynull", "Waitsnullnull", "Heldkeynull");
        assertThat(new Doctor().waiting(settings, Set.of(Column.TYPE, Column.HEADERS)))
                .extracting(row -> row.type() + row.headers())
                .contains("T0{\"a\": 1}", "T1{\"a\": 1}", "T0null");
        assertThat(new Doctor().waiting(settings, Set.of(Column.AGGREGATEID))).hasSize(Sample.MOST);
    }

    @Test
    void allIsWellInAHealthyOutbox() {
        assertThat(examine()).hasSizeGreaterThan(15).allSatisfy(finding -> {
            assertThat(finding.level()).as(finding.toString()).isEqualTo(Level.OK);
            assertThat(finding.advice()).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "index | FAIL | no valid index on txid of outbox_p0 | drop index outbox_txid",
                "index | FAIL | no valid index on seq of outbox_p0 | drop index outbox_seq; create index on outbox (type, seq)",
                "sequence | FAIL | cache 20 | alter sequence outbox_seq_seq cache 20",
                "sequence position | FAIL | rows up to 1 | insert into outbox (aggregatetype, type) values ('a', 't');"
                        + " alter sequence outbox_seq_seq minvalue -9 restart with -5",
                "txid guard | FAIL | is missing | alter table outbox drop constraint outbox_txid_own",
                "columns | FAIL | identity=d | alter table outbox alter seq set generated by default",
                "columns | FAIL | byDefault= | alter table outbox alter txid drop default",
                "autovacuum | WARN | outbox_p2 | alter table outbox_p2 reset (autovacuum_enabled)",
                "tables | FAIL | outbox_progress | alter table outbox_progress rename to elsewhere",
                "rights | FAIL | truncate on outbox_p3 | revoke truncate on outbox_p3 from outbox_relay",
                "rights | FAIL | usage on outbox_seq_seq | revoke usage on sequence outbox_seq_seq from outbox_relay",
                "history | FAIL | 4 shards have positions of another | update outbox_progress set sysid = 17",
                "history | FAIL | 1 are ahead | update outbox_progress set prev = '9999999:9999999:' where shard = 2",
                "shards | FAIL | slots 256 to 511 belong to no shard | delete from outbox_progress where shard = 1",
                "shards | FAIL | shard 2 begins at slot 500 | update outbox_progress set slot_lo = 500 where shard = 2",
                "shards | FAIL | slots end at 767 | delete from outbox_progress where shard = 3",
                "shards | WARN | not set up | delete from outbox_progress",
            })
    void aPlantedProblemIsFound(String check, Level level, String detail, String sql) {
        as(DocumentedRoles.OWNER, sql);
        assertFound(the(check, examine()), level, detail);
    }

    @Test
    void aTimeLimitOfTheRelaysRoleIsFound() {
        as(postgres.user(), "alter role outbox_relay set statement_timeout = '3s'");
        try {
            assertFound(the("time limits", examine()), Level.WARN, "statement_timeout = 3000 ms");
        } finally {
            as(postgres.user(), "alter role outbox_relay reset statement_timeout");
        }
    }

    @Test
    void rowsThatWerePutAsideAreFound() {
        as(
                DocumentedRoles.OWNER,
                "insert into outbox_parked (seq, id, aggregatetype, type, created_at, reason)"
                        + " values (1, gen_random_uuid(), 'a', 't', now(), 'too large')");
        assertFound(the("parked", examine()), Level.WARN, "1 rows can never be published");
    }

    @Test
    void theRightsThatReplayNeedsAreMissedOnlyWhereItIsWanted() {
        OutboxSettings replaying = TestSettings.onHistoryChange(OutboxSettings.HistoryChange.REPLAY, settings);
        assertFound(the("rights", new Doctor().outbox(replaying)), Level.FAIL, "insert on outbox, truncate on outbox");
        DocumentedRoles.replaying(settings);
        assertThat(the("rights", new Doctor().outbox(replaying)).level()).isEqualTo(Level.OK);
    }

    @Test
    void rowsThatWaitForLongAreFound() {
        as(
                DocumentedRoles.OWNER,
                "insert into outbox (aggregatetype, type, created_at)"
                        + " values ('a', 't', clock_timestamp() - interval '1 hour')");
        assertFound(the("lag", examine()), Level.WARN, "1 rows, the oldest of 360");
    }

    @Test
    void aRingThatCannotGoOnIsFound() {
        as(DocumentedRoles.APPLICATION, "insert into outbox (aggregatetype, type) values ('a', 't')");
        as(DocumentedRoles.OWNER, "select setval('outbox_seq_seq', " + 3 * (1 << 20) + ")");
        assertFound(the("ring", examine()), Level.WARN, "outbox_p3 0 KiB (being written)");
    }

    @Test
    void aPreparedTransactionLeftBehindIsNamed() throws SQLException {
        try (Connection application = connect(DocumentedRoles.APPLICATION);
                Statement statement = application.createStatement()) {
            application.setAutoCommit(false);
            statement.execute("insert into outbox (aggregatetype, type) values ('a', 't')");
            statement.execute("prepare transaction 'order-17'");
        }
        try {
            as(DocumentedRoles.RELAY, "update outbox_progress set prev = pg_current_snapshot()");
            assertThat(the("prepared transactions", examine()).level())
                    .as("young")
                    .isEqualTo(Level.OK);
            List<Finding> findings = new Doctor(Duration.ZERO).outbox(settings);
            assertFound(the("prepared transactions", findings), Level.WARN, "'order-17'");
        } finally {
            as(DocumentedRoles.APPLICATION, "rollback prepared 'order-17'");
        }
    }

    @Test
    void aTransactionOpenForLongIsNamedWithItsApplication() throws SQLException {
        String url = settings.database().url() + "?ApplicationName=nightly-report";
        try (Connection elsewhere = DriverManager.getConnection(url, postgres.user(), "none");
                Statement statement = elsewhere.createStatement()) {
            elsewhere.setAutoCommit(false);
            statement.execute("select pg_current_xact_id()");
            assertFound(
                    the("long transactions", new Doctor(Duration.ZERO).outbox(settings)),
                    Level.WARN,
                    "application 'nightly-report'");
        }
    }

    @Test
    void aServerThatCannotBeReachedIsTheOnlyFinding() {
        OutboxSettings nowhere =
                TestSettings.outbox(TestSettings.NO_DATABASE, TestSettings.NO_KAFKA, settings.shards());
        assertThat(new Doctor().outbox(nowhere))
                .singleElement()
                .satisfies(finding -> assertFound(finding, Level.FAIL, "127.0.0.1:1"));
    }

    @Test
    void theClustersTablesAreMissedBeforeMigration() {
        List<Finding> findings = new Doctor().cluster(settings.database());
        assertFound(the("tables", findings), Level.FAIL, "outbox_relay_journal");
    }
}
