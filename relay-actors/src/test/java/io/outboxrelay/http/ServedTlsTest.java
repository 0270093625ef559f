package io.outboxrelay.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.forming.Authority;
import io.outboxrelay.settings.TlsSettings;
import java.math.BigInteger;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLHandshakeException;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.Http;
import org.apache.pekko.http.javadsl.ServerBinding;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ServedTlsTest {
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    private Path folder;

    private final ActorTestKit kit = ActorTestKit.create("ServedTlsTest");
    private final Authority authority = new Authority("authority");
    private final AtomicLong nanos = new AtomicLong();
    private Authority.Pem files;
    private TlsSettings settings;
    private int port;

    @BeforeEach
    void serve() throws Exception {
        files = authority.issue(folder, "localhost");
        settings = new TlsSettings(
                files.certificate().toString(),
                files.key().toString(),
                files.trusted().toString(),
                Duration.ofSeconds(10));
        ServedTls tls = new ServedTls(settings, nanos::get);
        ServerBinding binding = Http.get(kit.system())
                .newServerAt("localhost", 0)
                .enableHttps(ConnectionContext.httpsServer(tls::engine))
                .bindSync(request -> org.apache.pekko.http.javadsl.model.HttpResponse.create())
                .toCompletableFuture()
                .get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        port = binding.localAddress().getPort();
    }

    @AfterEach
    void stop() {
        kit.shutdownTestKit();
    }

    /** The number of the certificate that a new connection is shown. */
    private BigInteger shown(TlsSettings client) throws Exception {
        HttpClient http =
                HttpClient.newBuilder().sslContext(ServedTls.trusting(client)).build();
        HttpResponse<Void> answer = http.send(
                HttpRequest.newBuilder(URI.create("https://localhost:" + port)).build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(answer.statusCode()).isEqualTo(200);
        X509Certificate own =
                (X509Certificate) answer.sslSession().orElseThrow().getPeerCertificates()[0];
        return own.getSerialNumber();
    }

    @Test
    void clientsThatTrustTheAuthorityGetAnAnswerAndOthersDoNot() throws Exception {
        assertThat(shown(settings)).isEqualTo(files.serial());
        Authority.Pem foreign = new Authority("somebody else").issue(folder.resolve("foreign"), "localhost");
        TlsSettings elsewhere = new TlsSettings(
                foreign.certificate().toString(),
                foreign.key().toString(),
                foreign.trusted().toString(),
                Duration.ofSeconds(10));
        assertThatThrownBy(() -> shown(elsewhere)).isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void filesThatCannotBeUsedAreNamedAtOnce() throws Exception {
        Files.delete(files.key());
        assertThatThrownBy(() -> ServedTls.serving(settings))
                .isInstanceOf(RelayException.class)
                .hasMessageContainingAll("management.tls", files.key().toString());
    }

    @Test
    void aReplacedCertificateIsShownAfterAWhileAndABrokenOneNever() throws Exception {
        assertThat(shown(settings)).isEqualTo(files.serial());
        Authority.Pem next = authority.issue(folder, "localhost");
        assertThat(shown(settings)).isEqualTo(files.serial());
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(shown(settings)).isEqualTo(next.serial()).isNotEqualTo(files.serial());
        Files.writeString(next.key(), "no key");
        nanos.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(shown(settings)).isEqualTo(next.serial());
    }
}
