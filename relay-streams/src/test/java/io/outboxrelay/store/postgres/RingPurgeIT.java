package io.outboxrelay.store.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.PurgeWait;
import io.outboxrelay.store.PurgeWait.Cause;
import io.outboxrelay.testkit.DocumentedRoles;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RingPurgeIT {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final Duration LONG = Duration.ofHours(1);
    private static final long LEAF = 1L << OutboxSql.LEAF_BITS;
    private static SandboxPostgres postgres;
    private static int databases;

    private final OutboxSql sql = new OutboxSql("outbox");
    private String database;
    private String url;
    private Connection relay;

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
    void open() throws SQLException {
        database = "purge" + databases++;
        OutboxSettings settings = DocumentedRoles.outbox(postgres, database, 2);
        url = settings.database().url();
        relay = connect(url, DocumentedRoles.RELAY);
        new Progress(sql).shards(relay, 2);
        relay.commit();
    }

    @AfterEach
    void close() throws SQLException {
        relay.close();
    }

    private static Connection connect(String url, String user) throws SQLException {
        Connection connection = DriverManager.getConnection(url + "?ApplicationName=test-" + user, user, user);
        connection.setAutoCommit(false);
        return connection;
    }

    private Connection application() throws SQLException {
        return connect(url, DocumentedRoles.APPLICATION);
    }

    private static void execute(Connection connection, String statement) throws SQLException {
        try (Statement call = connection.createStatement()) {
            call.execute(statement);
        }
    }

    private static void insert(Connection application) throws SQLException {
        execute(application, "insert into outbox (aggregatetype, aggregateid, type) values ('a', 'k', 't')");
    }

    private void insertOne() throws SQLException {
        try (Connection application = application()) {
            insert(application);
            application.commit();
        }
    }

    private void acknowledgeAll() {
        DocumentedRoles.execute(url, DocumentedRoles.RELAY, "update outbox_progress set prev = pg_current_snapshot()");
    }

    private void goOnWritingAt(long seq) {
        DocumentedRoles.execute(url, postgres.user(), "select setval('outbox_seq_seq', " + seq + ")");
    }

    private long rowsIn(String table) throws SQLException {
        long rows = Queries.number(relay, "select count(*) from " + table).orElseThrow();
        relay.commit();
        return rows;
    }

    private PurgeReport purge(Duration advanceAfter) throws SQLException {
        return new RingPurge(sql, advanceAfter).purge(relay);
    }

    private static void assertDid(PurgeReport report, int emptied, boolean advanced) {
        assertThat(report.emptied()).isEqualTo(emptied);
        assertThat(report.advanced()).isEqualTo(advanced);
        assertThat(report.waits()).isEmpty();
    }

    @Test
    void thePartsAreToldAsTheyAreAfterwards() throws SQLException {
        insertOne();
        insertOne();
        goOnWritingAt(LEAF);
        insertOne();
        assertThat(purge(LONG).parts())
                .extracting(PurgeReport.Part::name, PurgeReport.Part::writing, PurgeReport.Part::rowsAtMost)
                .containsExactly(
                        tuple("outbox_p0", false, 2L),
                        tuple("outbox_p1", true, 1L),
                        tuple("outbox_p2", false, 0L),
                        tuple("outbox_p3", false, 0L));
        acknowledgeAll();
        assertThat(purge(LONG).parts().get(0)).isEqualTo(new PurgeReport.Part("outbox_p0", false, 0, 0));
        assertThat(purge(LONG).parts().get(1).sizeBytes()).isPositive();
    }

    private PurgeWait firstWait() {
        await().atMost(LIMIT).until(() -> !purge(LONG).waits().isEmpty());
        try {
            return purge(LONG).waits().get(0);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aSlowOutboxMovesOnToTheNextPartitionAndLosesItsSentRows() throws SQLException {
        insertOne();
        acknowledgeAll();
        assertDid(purge(Duration.ZERO), 1, true);
        assertThat(rowsIn("outbox")).isZero();
        insertOne();
        assertThat(rowsIn("outbox_p1")).isEqualTo(1);
        assertThat(Queries.number(relay, "select seq from outbox"))
                .hasValueSatisfying(seq -> assertThat(seq).isGreaterThanOrEqualTo(LEAF));
    }

    @Test
    void writingStaysWhereItIsWhileItsOldestRowIsYoungOrNotAcknowledged() throws SQLException {
        assertThat(purge(Duration.ZERO).advanced()).as("no rows").isFalse();
        insertOne();
        assertThat(purge(Duration.ZERO).advanced()).as("not acknowledged").isFalse();
        acknowledgeAll();
        assertThat(purge(LONG).advanced()).as("young").isFalse();
        assertThat(rowsIn("outbox_p0")).isEqualTo(1);
    }

    @Test
    void writingDoesNotMoveOnIntoAPartitionThatHoldsRows() throws SQLException {
        insertOne();
        acknowledgeAll();
        goOnWritingAt(LEAF);
        try (Connection open = application()) {
            insert(open);
            goOnWritingAt(4 * LEAF);
            assertThat(purge(Duration.ZERO).advanced()).isFalse();
            open.rollback();
        }
        assertDid(purge(Duration.ZERO), 1, false);
        assertDid(purge(Duration.ZERO), 1, true);
    }

    @Test
    void theSessionThatWritesIntoAPartitionIsNamed() throws SQLException {
        try (Connection open = application()) {
            insert(open);
            goOnWritingAt(LEAF);
            PurgeWait wait = firstWait();
            long pid = Queries.number(open, "select pg_backend_pid()").orElseThrow();
            assertThat(wait.partition()).isEqualTo("outbox_p0");
            assertThat(wait.blocker())
                    .isEqualTo(new PurgeWait.Blocker(
                            Cause.OPEN_TRANSACTION, (int) pid, "test-" + DocumentedRoles.APPLICATION, database));
            assertThat(wait.age()).hasValueSatisfying(age -> assertThat(age).isGreaterThan(Duration.ofSeconds(1)));
            open.commit();
        }
        acknowledgeAll();
        assertThat(purge(LONG).emptied()).isEqualTo(1);
    }

    @Test
    void aSessionThatHoldsPositionsBackIsNamedAlthoughItUsesAnotherDatabase() throws SQLException {
        try (Connection elsewhere = connect(postgres.jdbcUrl(), postgres.user())) {
            execute(elsewhere, "select pg_current_xact_id()");
            insertOne();
            acknowledgeAll();
            goOnWritingAt(LEAF);
            PurgeWait wait = firstWait();
            assertThat(wait.blocker().cause()).isEqualTo(Cause.OPEN_TRANSACTION);
            assertThat(wait.blocker().name()).isEqualTo("test-postgres");
            assertThat(wait.blocker().database()).isEqualTo("postgres");
            elsewhere.rollback();
        }
        acknowledgeAll();
        assertThat(purge(LONG).emptied()).isEqualTo(1);
    }

    @Test
    void aPreparedTransactionIsNamedByItsGid() throws SQLException {
        try (Connection application = application()) {
            insert(application);
            execute(application, "prepare transaction 'order-17'");
        }
        goOnWritingAt(LEAF);
        PurgeWait wait = firstWait();
        assertThat(wait.blocker())
                .isEqualTo(new PurgeWait.Blocker(Cause.PREPARED_TRANSACTION, 0, "order-17", database));
        assertThat(wait.age()).isPresent();
        DocumentedRoles.execute(url, DocumentedRoles.APPLICATION, "rollback prepared 'order-17'");
        acknowledgeAll();
        assertThat(purge(LONG).emptied()).isEqualTo(1);
    }

    @Test
    void shardsThatDidNotAcknowledgeAreNamed() throws SQLException {
        insertOne();
        acknowledgeAll();
        DocumentedRoles.execute(url, DocumentedRoles.RELAY, "update outbox_progress set prev = '3:3:' where shard = 1");
        goOnWritingAt(LEAF);
        PurgeWait wait = firstWait();
        assertThat(wait.blocker()).isEqualTo(new PurgeWait.Blocker(Cause.SHARDS_BEHIND, 0, "shard 1", ""));
        assertThat(wait.text()).contains("shard 1");
    }
}
