package io.outboxrelay.forming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.Secret;
import io.outboxrelay.store.postgres.Migrations;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.pekko.Done;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class ClusterFormingIT {
    private static SandboxPostgres postgres;
    private static String url;

    @BeforeAll
    static void startDatabase() {
        postgres = SandboxPostgres.start();
        RolesDocument.createRoles(postgres);
        url = RolesDocument.createDatabase(postgres, "nodes");
        DatabaseSettings database = new DatabaseSettings(
                url,
                RolesDocument.OWNER,
                new Secret(RolesDocument.OWNER),
                4,
                Duration.ofSeconds(10),
                Duration.ofSeconds(30),
                Map.of());
        Migrations.migrate(database, Migrations.CONTROL, "outbox_relay");
        RolesDocument.execute("control", url, RolesDocument.OWNER);
    }

    @AfterAll
    static void stopDatabase() {
        postgres.close();
    }

    private static void sql(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(postgres.jdbcUrl(), "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> inNodes(String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url, "postgres", "postgres");
                Statement statement = connection.createStatement()) {
            List<String> values = new ArrayList<>();
            if (statement.execute(sql)) {
                ResultSet found = statement.getResultSet();
                while (found.next()) {
                    values.add(found.getString(1));
                }
            }
            return values;
        }
    }

    private static void sign(String address, int secondsAgo) throws SQLException {
        inNodes("insert into outbox_relay_node (address, seen) values ('" + address
                + "', clock_timestamp() - interval '" + secondsAgo + " seconds')");
    }

    private static void awaitAll(List<CompletableFuture<Done>> joined) throws Exception {
        CompletableFuture.allOf(joined.toArray(new CompletableFuture<?>[0])).get(120, TimeUnit.SECONDS);
    }

    @Test
    void nodesThatStartAtOnceFormOneClusterAlsoOverTheRowsOfTheirEarlierLives() throws Exception {
        List<Integer> ports = List.of(0, 0, 0);
        for (int round = 0; round < 4; round++) {
            List<String> addresses = new ArrayList<>();
            try (Nodes nodes = new Nodes(url)) {
                awaitAll(nodes.startAtOnce(ports));
                nodes.awaitOneCluster();
                ports = List.of(nodes.port(0), nodes.port(1), nodes.port(2));
                addresses.addAll(List.of(nodes.address(0), nodes.address(1), nodes.address(2)));
                Awaitility.await()
                        .atMost(30, TimeUnit.SECONDS)
                        .untilAsserted(() -> assertThat(inNodes("select address from outbox_relay_node"))
                                .containsExactlyInAnyOrderElementsOf(addresses));
            }
            assertThat(inNodes("select address from outbox_relay_node"))
                    .as("an orderly stop leaves no row")
                    .isEmpty();
            // As if all of them had been killed: the next round starts the same nodes again, at once.
            for (String address : addresses) {
                sign(address, 0);
            }
        }
        inNodes("delete from outbox_relay_node");
    }

    @Test
    void aNodeThatDiedIsNotWaitedFor() throws Exception {
        int port;
        try (Nodes nodes = new Nodes(url)) {
            nodes.start(0).get(60, TimeUnit.SECONDS);
            port = nodes.port(0);
        }
        sign("127.0.0.1:" + port, 0);
        try (Nodes nodes = new Nodes(url)) {
            nodes.start(0).get(60, TimeUnit.SECONDS);
            nodes.awaitOneCluster();
        }
        inNodes("delete from outbox_relay_node");
    }

    @Test
    void aNodeThatMayBeAliveBeyondABrokenNetworkIsWaitedForUntilItExpires() throws Exception {
        sign("no-such-host.invalid:7355", 0);
        try (Nodes nodes = new Nodes(url)) {
            nodes.start(0).get(60, TimeUnit.SECONDS);
            assertThat(inNodes("select address from outbox_relay_node where address like 'no-such%'"
                            + " and seen < clock_timestamp() - interval '4 seconds'"))
                    .as("rows older than node-expiry when the cluster was formed")
                    .hasSize(1);
        }
        inNodes("delete from outbox_relay_node");
    }

    @Test
    void aMemberKeepsSigning() throws Exception {
        try (Nodes nodes = new Nodes(url)) {
            nodes.start(0).get(60, TimeUnit.SECONDS);
            Awaitility.await()
                    .atMost(60, TimeUnit.SECONDS)
                    .until(() -> inNodes("select address from outbox_relay_node where seen > since + interval '2 s'")
                            .equals(List.of(nodes.address(0))));
        }
    }

    @Test
    void aDatabaseThatIsDownAtTheStartIsWaitedForByAllNodes() throws Exception {
        sql("alter database nodes allow_connections false");
        try (Nodes nodes = new Nodes(url)) {
            List<CompletableFuture<Done>> joined = Stream.of(1, 2, 3)
                    .map(node -> nodes.start(0, "database.connect-timeout = 1 s"))
                    .toList();
            Awaitility.await()
                    .during(3, TimeUnit.SECONDS)
                    .atMost(30, TimeUnit.SECONDS)
                    .until(() -> joined.stream().noneMatch(CompletableFuture::isDone));
            sql("alter database nodes allow_connections true");
            awaitAll(joined);
            nodes.awaitOneCluster();
        } finally {
            sql("alter database nodes allow_connections true");
        }
    }

    @Test
    void aMissingTableAsksForAMigration() {
        try (Nodes nodes = new Nodes(postgres.jdbcUrl())) {
            CompletableFuture<Done> joined = nodes.start(0);
            assertThatThrownBy(() -> joined.get(60, TimeUnit.SECONDS))
                    .cause()
                    .isInstanceOfSatisfying(
                            RelayException.class,
                            refused -> assertThat(refused.fault()).isEqualTo(Fault.MISCONFIGURED))
                    .hasMessageContaining("relay migrate")
                    .hasMessageContaining("outbox_relay_node");
        }
    }

    @Test
    void staticSeedsNeedNoDatabase() throws Exception {
        int port;
        try (Nodes nodes = new Nodes(url)) {
            nodes.start(0).get(60, TimeUnit.SECONDS);
            port = nodes.port(0);
        }
        try (Nodes nodes = new Nodes("jdbc:postgresql://127.0.0.1:1/none")) {
            String seeds = "cluster { seeds = static, seed-nodes = [\"127.0.0.1:" + port + "\"] }";
            awaitAll(List.of(nodes.start(port, seeds), nodes.start(0, seeds)));
            nodes.awaitOneCluster();
        }
    }
}
