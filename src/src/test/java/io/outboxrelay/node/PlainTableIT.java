package io.outboxrelay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.settings.LoadedConfig;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** A node over a table that a service had before there was a relay. */
class PlainTableIT extends ShopScene {
    private static final Duration LIMIT = Duration.ofSeconds(90);
    private static final int EVENTS = 300;

    private static Connection connect() throws SQLException {
        return DriverManager.getConnection(shop.postgres.jdbcUrl(), shop.postgres.user(), shop.postgres.password());
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static long waiting() throws SQLException {
        try (Connection connection = connect();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("select count(*) from events")) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void isRefusedWithoutAnOrderAndRelayedInOrderOnceItHasOne() throws Exception {
        execute("create table events (id uuid primary key default gen_random_uuid(), aggregatetype varchar(255),"
                + " aggregateid varchar(255), type varchar(255), payload jsonb)");
        Path file = shop.config("outbox-relay.outboxes.orders { table = events, acknowledge.mode = delete }");
        LoadedConfig config = LoadedConfig.load(file);
        shop.migrate(config);
        execute(RolesDocument.block("existing-delete").replace("outboxevent", "events"));
        assertThatThrownBy(() -> Node.run(file))
                .isInstanceOfSatisfying(
                        RelayException.class, e -> assertThat(e.fault()).isEqualTo(Fault.MISCONFIGURED))
                .hasMessageContaining("alter table events add column seq bigint generated always as identity");

        execute("alter table events add column seq bigint generated always as identity");
        execute("insert into events (aggregatetype, aggregateid, type, payload)"
                + " select 'order', 'k-1', 'Changed', to_jsonb(n) from generate_series(0, " + (EVENTS - 1) + ") n");
        Node node = Node.start(config);
        await().atMost(LIMIT).until(() -> waiting() == 0);
        List<Shop.Found> found = shop.topic();
        node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        assertThat(found)
                .extracting(Shop.Found::version)
                .containsExactlyElementsOf(IntStream.range(0, EVENTS).boxed().toList());
    }
}
