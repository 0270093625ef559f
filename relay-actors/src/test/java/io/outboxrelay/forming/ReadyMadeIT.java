package io.outboxrelay.forming;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.Secret;
import io.outboxrelay.settings.SettingsException;
import io.outboxrelay.store.postgres.Migrations;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.Done;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Each of the configurations that users include forms a cluster. */
class ReadyMadeIT {
    private static SandboxPostgres postgres;
    private static String url;

    @TempDir
    private Path folder;

    @BeforeAll
    static void startDatabase() {
        postgres = SandboxPostgres.start();
        RolesDocument.createRoles(postgres);
        url = RolesDocument.createDatabase(postgres, "ready");
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

    /** A user's file that includes one of them. */
    private Path file(String readyMade, String database) throws IOException {
        return Files.writeString(folder.resolve("my.conf"), """
                include required(classpath("outbox-relay/%s.conf"))
                outbox-relay {
                  database { url = "%s", user = outbox_relay }
                  kafka.bootstrap-servers = "127.0.0.1:1"
                  outboxes { orders {} }
                }
                pekko { coordinated-shutdown.exit-jvm = off, loglevel = WARNING, cluster.seed-node-timeout = 1 s }
                """.formatted(readyMade, database));
    }

    private static void awaitCluster(Nodes nodes, List<CompletableFuture<Done>> joined) throws Exception {
        CompletableFuture.allOf(joined.toArray(new CompletableFuture<?>[0])).get(120, TimeUnit.SECONDS);
        nodes.awaitOneCluster();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @Test
    void nodesOnOneMachineShareOneFile() throws Exception {
        Path file = file("one-machine", url);
        try (Nodes nodes = new Nodes(url)) {
            awaitCluster(
                    nodes,
                    List.of(
                            nodes.start(LoadedConfig.load(file, Map.of())),
                            nodes.start(LoadedConfig.load(file, Map.of()))));
        }
    }

    @Test
    void nodesFindEachOtherThroughTheDatabase() throws Exception {
        Path file = file("database", url);
        assertThatThrownBy(() -> LoadedConfig.load(file, Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("nothing to put in place of ${RELAY_HOST}");
        Map<String, String> environment = Map.of("RELAY_HOST", "localhost", "RELAY_PORT", "0");
        try (Nodes nodes = new Nodes(url)) {
            awaitCluster(
                    nodes,
                    List.of(
                            nodes.start(LoadedConfig.load(file, environment)),
                            nodes.start(LoadedConfig.load(file, environment))));
        }
    }

    @Test
    void nodesKnowEachOtherByAListOfSeeds() throws Exception {
        Path file = file("static", "jdbc:postgresql://127.0.0.1:1/none");
        int first = freePort();
        int second = freePort();
        String seeds = "127.0.0.1:" + first + ", 127.0.0.1:" + second;
        try (Nodes nodes = new Nodes(url)) {
            List<CompletableFuture<Done>> joined = new ArrayList<>();
            // The first seed last: the others wait for it.
            for (int port : List.of(second, first)) {
                joined.add(nodes.start(LoadedConfig.load(
                        file,
                        Map.of(
                                "RELAY_HOST",
                                "127.0.0.1",
                                "RELAY_PORT",
                                Integer.toString(port),
                                "RELAY_SEED_NODES",
                                seeds))));
            }
            awaitCluster(nodes, joined);
        }
    }

    /** Names that only a hosts file of the test knows stand for the DNS names of pods, loopback addresses for theirs. */
    @Test
    void podsOfAStatefulSetFindEachOtherByTheirNames() throws Exception {
        Assumptions.assumeTrue(canListenOn("127.0.0.2"), "this machine has one loopback address only");
        Path hosts = Files.writeString(folder.resolve("hosts"), """
                127.0.0.1 localhost
                127.0.0.1 relay-0.relay.shop.svc.cluster.local
                127.0.0.2 relay-1.relay.shop.svc.cluster.local
                """);
        Path file = file("kubernetes", "jdbc:postgresql://127.0.0.1:1/none");
        // All addresses of a pod are its own; here one port is shared by all of them.
        Files.writeString(file, "\npekko.remote.artery.bind.hostname = ${POD_ADDRESS}", StandardOpenOption.APPEND);
        Process second = startPod(1, file, hosts);
        Process first = startPod(0, file, hosts);
        try {
            for (Process pod : List.of(first, second)) {
                assertThat(firstLine(pod)).isEqualTo(PodMain.UP);
            }
        } finally {
            first.destroyForcibly().waitFor();
            second.destroyForcibly().waitFor();
        }
    }

    private static Process startPod(int number, Path file, Path hosts) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx200m",
                "-Djdk.net.hosts.file=" + hosts,
                "-cp",
                System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                PodMain.class.getName(),
                file.toString());
        builder.environment().put("HOSTNAME", "relay-" + number);
        builder.environment().put("RELAY_SERVICE", "relay.shop.svc.cluster.local");
        builder.environment().put("POD_ADDRESS", "127.0.0." + (number + 1));
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    private static String firstLine(Process pod) throws IOException {
        StringBuilder before = new StringBuilder();
        BufferedReader output = new BufferedReader(new InputStreamReader(pod.getInputStream(), UTF_8));
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.equals(PodMain.UP)) {
                return line;
            }
            before.append(line).append('\n');
        }
        return before.toString();
    }

    private static boolean canListenOn(String address) {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getByName(address))) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
