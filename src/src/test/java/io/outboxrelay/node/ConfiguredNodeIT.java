package io.outboxrelay.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.outboxrelay.http.ServedTls;
import io.outboxrelay.settings.LoadedConfig;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a node's configuration asks for beside relaying, the whole node does. */
class ConfiguredNodeIT extends ShopScene {
    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final String PASSWORD = "changeit";

    private record Sent(String contentType, String authorization, byte[] body) {}

    @Test
    void managementIsServedOverTlsAloneWhereItIsConfigured() throws Exception {
        LoadedConfig config =
                LoadedConfig.load(shop.config(certificate("localhost"), "outbox-relay.management.host = localhost"));
        shop.migrate(config);
        Node node = Node.start(config);
        try {
            int port = config.settings().management().port();
            HttpClient trusting = HttpClient.newBuilder()
                    .sslContext(
                            ServedTls.trusting(config.settings().management().tls()))
                    .build();
            assertThat(alive(trusting, "https://localhost:" + port).statusCode())
                    .isEqualTo(200);
            assertThatThrownBy(() -> alive(HttpClient.newHttpClient(), "http://localhost:" + port))
                    .isInstanceOf(IOException.class);
        } finally {
            stop(node);
        }
    }

    @Test
    void metricsAreSentToTheCollectorThatIsConfigured() throws Exception {
        BlockingQueue<Sent> requests = new LinkedBlockingQueue<>();
        HttpServer collector = collector(requests);
        String url = "http://127.0.0.1:" + collector.getAddress().getPort() + "/v1/metrics";
        LoadedConfig config = LoadedConfig.load(shop.config("outbox-relay.metrics.otlp { url = \"" + url
                + "\", interval = 1 s, headers { Authorization = canary } }"));
        shop.migrate(config);
        Node node = Node.start(config);
        try {
            Sent first = requests.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
            assertThat(first).isNotNull();
            assertThat(first.contentType()).isEqualTo("application/x-protobuf");
            assertThat(first.authorization()).isEqualTo("canary");
            assertThat(new String(first.body(), UTF_8)).contains("jvm.memory.used");
        } finally {
            stop(node);
            collector.stop(0);
        }
    }

    private static HttpServer collector(BlockingQueue<Sent> requests) throws IOException {
        HttpServer collector = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        collector.createContext("/v1/metrics", exchange -> {
            requests.add(new Sent(
                    exchange.getRequestHeaders().getFirst("Content-Type"),
                    exchange.getRequestHeaders().getFirst("Authorization"),
                    exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        collector.start();
        return collector;
    }

    private static HttpResponse<String> alive(HttpClient client, String address) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create(address + "/alive"))
                        .timeout(LIMIT)
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static void stop(Node node) throws Exception {
        node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    /** The configuration's line for a certificate that vouches for itself, in files of its own. */
    private static String certificate(String host) throws Exception {
        Path store = folder.resolve("certificate.p12");
        Process keytool = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool")
                                .toString(),
                        "-genkeypair",
                        "-alias",
                        "node",
                        "-keyalg",
                        "RSA",
                        "-dname",
                        "CN=" + host,
                        "-ext",
                        "san=dns:" + host,
                        "-storetype",
                        "PKCS12",
                        "-storepass",
                        PASSWORD,
                        "-keystore",
                        store.toString())
                .inheritIO()
                .start();
        assertThat(keytool.waitFor()).isZero();
        KeyStore keys = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        Path certificate = pem("CERTIFICATE", keys.getCertificate("node").getEncoded());
        Path key =
                pem("PRIVATE KEY", keys.getKey("node", PASSWORD.toCharArray()).getEncoded());
        return "outbox-relay.management.tls { certificate = \"" + certificate + "\", key = \"" + key
                + "\", trusted = \"" + certificate + "\" }";
    }

    private static Path pem(String kind, byte[] content) throws IOException {
        String text = "-----BEGIN " + kind + "-----\n"
                + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content) + "\n-----END " + kind
                + "-----\n";
        return Files.writeString(folder.resolve(kind.replace(' ', '-') + ".pem"), text);
    }
}
