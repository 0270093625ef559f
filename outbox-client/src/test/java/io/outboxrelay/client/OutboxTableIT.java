package io.outboxrelay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.sandbox.SandboxPostgres;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the table itself promises to writers in any language. */
class OutboxTableIT {
    private static final int WRITERS = 8;
    private static final int TRANSACTIONS = 25;
    private static final String CHECK_VIOLATION = "23514";
    private static final String GENERATED_ALWAYS = "428C9";

    private static SandboxPostgres postgres;
    private static OutboxDatabase database;

    @BeforeAll
    static void startPostgres() throws SQLException {
        postgres = SandboxPostgres.start();
        database = OutboxDatabase.create(postgres, "contract");
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void emptyTable() throws SQLException {
        database.run("truncate outbox");
    }

    @Test
    void takesAPlainInsertAndFillsInTheRest() throws SQLException {
        database.run("insert into outbox (aggregatetype, aggregateid, type, payload)"
                + " values ('order', 'o-1', 'OrderPlaced', convert_to('{\"n\":1}', 'UTF8'))");

        assertThat(database.ask("select concat_ws('|', convert_from(payload, 'UTF8'), seq > 0, id is not null,"
                        + " created_at <= clock_timestamp(), txid < pg_current_xact_id()) from outbox"))
                .containsExactly("{\"n\":1}|t|t|t|t");
    }

    @Test
    void refusesAForgedTransactionId() {
        assertRefused("insert into outbox (aggregatetype, type, txid) values ('order', 'T', '1')", CHECK_VIOLATION);
        assertRefused(
                "insert into outbox (aggregatetype, type, txid)"
                        + " select 'order', 'T', (pg_current_xact_id()::text::bigint + 1)::text::xid8",
                CHECK_VIOLATION);
    }

    @Test
    void refusesATransactionIdCopiedFromAnotherRow() throws SQLException {
        database.run("insert into outbox (aggregatetype, type) values ('order', 'T')");

        assertRefused(
                "insert into outbox (txid, aggregatetype, type) select txid, aggregatetype, type from outbox",
                CHECK_VIOLATION);
    }

    @Test
    void refusesAForgedSequenceNumber() {
        assertRefused("insert into outbox (aggregatetype, type, seq) values ('order', 'T', 1)", GENERATED_ALWAYS);
    }

    @Test
    void keepsEveryEventOfManyWritersWithOneTransactionIdEach() throws Exception {
        List<String> written = writeFromManyConnections();

        assertThat(database.ask("select id from outbox")).containsExactlyInAnyOrderElementsOf(written);
        assertThat(database.ask("select count(distinct seq) from outbox"))
                .containsExactly(Integer.toString(written.size()));
        assertThat(database.ask("select count(*) from outbox group by txid"))
                .hasSize(WRITERS * TRANSACTIONS)
                .containsOnly("3");
    }

    /** Every third transaction is rolled back in addition to those that count. */
    private static List<String> writeFromManyConnections() throws Exception {
        CyclicBarrier start = new CyclicBarrier(WRITERS);
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Future<List<String>>> writers = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                String key = "key-" + writer;
                writers.add(threads.submit(() -> {
                    start.await(60, TimeUnit.SECONDS);
                    return writeTransactions(key);
                }));
            }
            List<String> ids = new ArrayList<>();
            for (Future<List<String>> writer : writers) {
                ids.addAll(writer.get(120, TimeUnit.SECONDS));
            }
            return ids;
        } finally {
            threads.shutdownNow();
        }
    }

    private static List<String> writeTransactions(String key) throws SQLException {
        OutboxWriter outbox = new OutboxWriter();
        OutboxEvent event = OutboxEvent.to("order").key(key).type("T").json("{}");
        List<String> committed = new ArrayList<>();
        try (Connection connection = database.begin()) {
            for (int transaction = 0; transaction < TRANSACTIONS; transaction++) {
                if (transaction % 3 == 0) {
                    outbox.write(connection, event);
                    connection.rollback();
                }
                List<UUID> ids = new ArrayList<>(outbox.write(connection, List.of(event, event)));
                ids.add(outbox.write(connection, event));
                connection.commit();
                ids.forEach(id -> committed.add(id.toString()));
            }
        }
        return committed;
    }

    private static void assertRefused(String sql, String sqlState) {
        assertThatThrownBy(() -> database.run(sql))
                .isInstanceOfSatisfying(
                        SQLException.class,
                        refusal -> assertThat(refusal.getSQLState()).isEqualTo(sqlState));
    }
}
