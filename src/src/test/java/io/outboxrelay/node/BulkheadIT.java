package io.outboxrelay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.client.OutboxEvent;
import io.outboxrelay.client.OutboxWriter;
import io.outboxrelay.node.Shop.Found;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import java.net.ServerSocket;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** One node relays five outboxes: neither a database that is silent nor a table that is locked holds the others up. */
class BulkheadIT extends ShopScene {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final List<String> WELL = List.of("orders", "bills", "returns");
    private static final int EVENTS = 200;

    private final OutboxWriter writer = new OutboxWriter();

    @Test
    void ofFiveOutboxesThreeGoOnWhileOneIsDeadAndOneIsLocked() throws Exception {
        List<String> lines = new ArrayList<>();
        for (String name : List.of("bills", "returns", "locked")) {
            lines.add(outbox(name, RolesDocument.createDatabase(shop.postgres, name)));
        }
        // accepts connections and says nothing, which is worse than refusing them
        try (ServerSocket silent = new ServerSocket(0)) {
            lines.add(outbox("dead", "jdbc:postgresql://127.0.0.1:" + silent.getLocalPort() + "/dead"));
            LoadedConfig config = LoadedConfig.load(shop.config(lines.toArray(String[]::new)));
            prepare(config);
            Node node = Node.start(config);
            try (Connection lock = connect(config, "locked", RolesDocument.OWNER);
                    Statement statement = lock.createStatement()) {
                write(config, "locked", 0, 1);
                await().atMost(LIMIT).until(() -> numbers("locked").size() == 1);
                lock.setAutoCommit(false);
                statement.execute("lock table outbox_progress in access exclusive mode");
                statement.execute("lock table outbox in share mode");
                for (String name : WELL) {
                    write(config, name, 0, EVENTS);
                }
                for (String name : WELL) {
                    await().atMost(LIMIT)
                            .untilAsserted(() -> assertThat(numbers(name))
                                    .as(name)
                                    .containsExactlyElementsOf(
                                            IntStream.range(0, EVENTS).boxed().toList()));
                }
                assertThat(shop.send(config, "GET", "/outbox/dead/shards").body())
                        .contains("how many shards outbox dead has is not known yet");
                lock.rollback();
            }
            write(config, "locked", 1, EVENTS);
            await().atMost(LIMIT).until(() -> numbers("locked").size() >= EVENTS);
            node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        }
    }

    private String outbox(String name, String url) {
        return "outbox-relay.outboxes." + name + " { shards = 2, database { url = \"" + url + "\", user = "
                + RolesDocument.RELAY + " } }";
    }

    private void prepare(LoadedConfig config) {
        Map<String, OutboxSettings> outboxes = config.settings().outboxes();
        shop.migrate(
                config,
                Stream.of("orders", "bills", "returns", "locked")
                        .map(outboxes::get)
                        .toList());
    }

    private static Connection connect(LoadedConfig config, String outbox, String role) throws SQLException {
        String url = config.settings().outboxes().get(outbox).database().url();
        return DriverManager.getConnection(url, role, role);
    }

    private void write(LoadedConfig config, String outbox, int from, int to) throws SQLException {
        try (Connection connection = connect(config, outbox, RolesDocument.APPLICATION)) {
            connection.setAutoCommit(false);
            for (int n = from; n < to; n++) {
                writer.write(
                        connection,
                        OutboxEvent.to("order").key(outbox).type("Changed").json(Integer.toString(n)));
                connection.commit();
            }
        }
    }

    /** What arrived of one outbox, in order. */
    private List<Integer> numbers(String outbox) {
        return shop.topic().stream()
                .filter(found -> found.key().equals(outbox))
                .map(Found::version)
                .toList();
    }
}
