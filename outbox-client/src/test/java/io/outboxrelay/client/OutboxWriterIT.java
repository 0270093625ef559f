package io.outboxrelay.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class OutboxWriterIT {
    private static SandboxPostgres postgres;
    private static OutboxDatabase database;

    private final OutboxWriter outbox = new OutboxWriter();

    @BeforeAll
    static void startPostgres() throws SQLException {
        postgres = SandboxPostgres.start();
        database = OutboxDatabase.create(postgres, "writer");
        database.run("create table orders (id text); grant insert on orders to " + RolesDocument.APPLICATION);
    }

    @AfterAll
    static void stopPostgres() {
        postgres.close();
    }

    @BeforeEach
    void emptyTables() throws SQLException {
        database.run("truncate outbox, orders");
    }

    @Test
    void makesTheEventVisibleTogetherWithTheChangeAtCommit() throws SQLException {
        UUID id;
        try (Connection connection = database.begin()) {
            OutboxDatabase.run(connection, "insert into orders values ('o-1')");
            id = outbox.write(connection, placed("o-1").json("{\"größe\":1}"));
            assertThat(database.ask("select id from outbox")).isEmpty();
            connection.commit();
        }
        assertThat(database.ask("select id from orders")).containsExactly("o-1");
        assertThat(database.ask("select concat_ws('|', id, aggregatetype, aggregateid, type,"
                        + " convert_from(payload, 'UTF8'), headers is null) from outbox"))
                .containsExactly(id + "|order|o-1|OrderPlaced|{\"größe\":1}|t");
    }

    @Test
    void leavesNothingAfterARollback() throws SQLException {
        try (Connection connection = database.begin()) {
            outbox.write(connection, placed("o-1").json("{}"));
            connection.rollback();
        }
        assertThat(database.ask("select id from outbox")).isEmpty();
    }

    @Test
    void losesToASavepointOnlyWhatCameAfterItAndKeepsOneTransactionId() throws SQLException {
        try (Connection connection = database.begin()) {
            outbox.write(connection, placed("before").json("{}"));
            Savepoint savepoint = connection.setSavepoint();
            outbox.write(connection, placed("undone").json("{}"));
            connection.rollback(savepoint);
            Savepoint released = connection.setSavepoint();
            outbox.write(connection, placed("after").json("{}"));
            connection.releaseSavepoint(released);
            connection.commit();
        }
        assertThat(database.ask("select aggregateid from outbox order by seq")).containsExactly("before", "after");
        assertThat(database.ask("select distinct txid from outbox")).hasSize(1);
    }

    @Test
    void numbersABatchInTheOrderOfTheList() throws SQLException {
        assertBatchOrder(database.url());
    }

    @Test
    void numbersABatchInTheOrderOfTheListEvenWhenTheDriverRewritesIt() throws SQLException {
        assertBatchOrder(database.url() + "?reWriteBatchedInserts=true");
    }

    @Test
    void writesNothingForAnEmptyBatch() throws SQLException {
        try (Connection connection = database.begin()) {
            assertThat(outbox.write(connection, List.of())).isEmpty();
            connection.commit();
        }
        assertThat(database.ask("select id from outbox")).isEmpty();
    }

    @Test
    void refusesAnAutoCommitConnectionAndSaysWhatToDo() throws SQLException {
        try (Connection connection = database.connect()) {
            assertThatThrownBy(() -> outbox.write(connection, placed("o-1").json("{}")))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("setAutoCommit(false)");
            assertThat(connection.getAutoCommit()).isTrue();
        }
        assertThat(database.ask("select id from outbox")).isEmpty();
    }

    @Test
    void writesNoneOfABatchWithAnIncompleteEvent() throws SQLException {
        try (Connection connection = database.begin()) {
            assertThatThrownBy(
                            () -> outbox.write(connection, List.of(placed("o-1").json("{}"), placed("o-2"))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("has no payload");
            connection.commit();
        }
        assertThat(database.ask("select id from outbox")).isEmpty();
    }

    @Test
    void leavesEndingTheTransactionToTheCaller() throws SQLException {
        try (Connection connection = database.begin()) {
            OutboxDatabase.run(connection, "insert into orders values ('o-1')");
            assertThatThrownBy(() -> new OutboxWriter("missing")
                            .write(connection, placed("o-1").json("{}")))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("missing");
            assertThat(connection.isClosed()).isFalse();
            assertThat(connection.getAutoCommit()).isFalse();
            connection.rollback();
        }
        assertThat(database.ask("select id from orders")).isEmpty();
    }

    @Test
    void keepsTheIdItWasGivenAndDrawsADifferentOneForEachOtherWrite() throws SQLException {
        UUID given = UUID.randomUUID();
        OutboxEvent template = placed("o-1").json("{}");
        List<UUID> ids = new ArrayList<>();
        try (Connection connection = database.begin()) {
            ids.add(outbox.write(connection, template));
            ids.add(outbox.write(connection, template));
            ids.add(outbox.write(connection, template.id(given)));
            connection.commit();
        }
        assertThat(ids).doesNotHaveDuplicates().last().isEqualTo(given);
        assertThat(database.ask("select id from outbox order by seq"))
                .containsExactlyElementsOf(ids.stream().map(UUID::toString).toList());
    }

    @Test
    void writesToATableInASchema() throws SQLException {
        database.run("create schema shop; " + OutboxDatabase.ddl("shop.outbox", "outbox"));
        database.run("grant usage on schema shop to shop_app; "
                + RolesDocument.statements("outbox").get(0).replace("on outbox", "on shop.outbox"));
        try (Connection connection = database.begin()) {
            new OutboxWriter("shop.outbox").write(connection, placed("o-1").json("{}"));
            connection.commit();
        }
        assertThat(database.ask("select aggregateid from shop.outbox")).containsExactly("o-1");
        assertThat(database.ask("select aggregateid from outbox")).isEmpty();
    }

    private void assertBatchOrder(String url) throws SQLException {
        List<OutboxEvent> events = IntStream.range(0, 500)
                .mapToObj(n -> n % 3 == 0
                        ? placed("o-" + n).tombstone()
                        : placed(n % 3 == 1 ? null : "o-" + n).json("{}").header("n", "" + n))
                .toList();
        List<UUID> ids;
        try (Connection connection = DriverManager.getConnection(url, RolesDocument.APPLICATION, "")) {
            connection.setAutoCommit(false);
            ids = outbox.write(connection, events);
            connection.commit();
        }
        assertThat(database.ask("select id from outbox order by seq"))
                .containsExactlyElementsOf(ids.stream().map(UUID::toString).toList());
        assertThat(database.ask("select count(*) from outbox where payload is null and headers is null"))
                .containsExactly("167");
    }

    private static OutboxEvent placed(String key) {
        return OutboxEvent.to("order").key(key).type("OrderPlaced");
    }
}
