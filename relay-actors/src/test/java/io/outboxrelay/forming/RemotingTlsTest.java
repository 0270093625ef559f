package io.outboxrelay.forming;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.cluster.WatchedTls;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.pekko.Done;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may be a node: real actor systems, certificates made here. */
class RemotingTlsTest {
    private static final String NO_DATABASE = "jdbc:postgresql://127.0.0.1:1/none";
    private static final String CLIENT_SIDE = "org.apache.pekko.stream.Materializer";
    private static final Authority OURS = new Authority("ours");

    @TempDir
    private Path folder;

    private String first = "";

    @BeforeEach
    void issue() throws IOException {
        first = OURS.issue(folder.resolve("first"), "relay").settings();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(60, TimeUnit.SECONDS);
    }

    @Test
    void nodesWithCertificatesOfOneAuthorityFormAClusterAndTakeUpNewCertificates() throws Exception {
        try (Nodes nodes = new Nodes(NO_DATABASE)) {
            nodes.found(first);
            nodes.startBeside(
                            nodes.address(0),
                            OURS.issue(folder.resolve("second"), "relay").settings())
                    .get(60, TimeUnit.SECONDS);
            nodes.awaitOneCluster();
            BigInteger replaced = OURS.issue(folder.resolve("first"), "relay").serial();
            await().until(() -> presentedBy(nodes.port(0)).equals(replaced));
            nodes.startBeside(
                            nodes.address(0),
                            OURS.issue(folder.resolve("third"), "relay").settings())
                    .get(60, TimeUnit.SECONDS);
            nodes.awaitOneCluster();
        }
    }

    @Test
    void aNodeOfAForeignAuthorityIsRefusedByBothSides() throws Exception {
        Authority foreign = new Authority("foreign");
        Authority.Pem careless = foreign.issue(folder.resolve("careless"), "relay");
        String stranger = foreign.issue(folder.resolve("stranger"), "relay").settings();
        try (LogLines lines = new LogLines(WatchedTls.class.getName(), CLIENT_SIDE);
                Nodes nodes = new Nodes(NO_DATABASE);
                Nodes strangers = new Nodes(NO_DATABASE)) {
            nodes.found(first);
            CompletableFuture<Done> joined = strangers.startBeside(nodes.address(0), stranger);
            await().until(() ->
                    !lines.with(nodes.address(0), "PKIX path building failed").isEmpty());
            assertThat(lines.with("refused a connection to the remoting port", "certificate_unknown"))
                    .as("the node that connects does not trust us, and says so")
                    .isNotEmpty();
            // One that trusts us all the same: only our own look at its certificate keeps it out.
            CompletableFuture<Done> other = strangers.startBeside(
                    nodes.address(0),
                    careless.settings(),
                    () -> copy(folder.resolve("first/ca.crt"), careless.trusted()));
            await().until(() -> !lines.with("refused a connection to the remoting port", "PKIX path building failed")
                    .isEmpty());
            assertThat(joined).isNotDone();
            assertThat(other).isNotDone();
            nodes.awaitOneCluster();
        }
    }

    private static void copy(Path from, Path to) {
        try {
            Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aNodeOfAnotherNameIsRefusedThoughTheAuthorityIsTheSame() throws Exception {
        try (LogLines lines = new LogLines(WatchedTls.class.getName(), CLIENT_SIDE);
                Nodes nodes = new Nodes(NO_DATABASE);
                Nodes others = new Nodes(NO_DATABASE)) {
            nodes.found(first);
            CompletableFuture<Done> joined = others.startBeside(
                    nodes.address(0),
                    OURS.issue(folder.resolve("other"), "billing").settings());
            await().until(() ->
                    !lines.with(nodes.address(0), "peer subject names").isEmpty());
            assertThat(joined).isNotDone();
        }
    }

    @Test
    void junkIsRefusedAndLoggedOnceAndTheClusterGoesOn() throws Exception {
        try (LogLines lines = new LogLines(WatchedTls.class.getName());
                Nodes nodes = new Nodes(NO_DATABASE)) {
            nodes.found(first);
            for (int i = 0; i < 20; i++) {
                sendUntilHungUpOn(nodes.port(0), "GET / HTTP/1.0\r\n\r\n");
            }
            assertThat(lines.with("refused a connection to the remoting port"))
                    .singleElement()
                    .asString()
                    .contains("nrecognized SSL message");
            nodes.startBeside(
                            nodes.address(0),
                            OURS.issue(folder.resolve("second"), "relay").settings())
                    .get(60, TimeUnit.SECONDS);
            nodes.awaitOneCluster();
        }
    }

    @Test
    void junkDoesNoHarmToPlainRemotingEither() throws Exception {
        try (Nodes nodes = new Nodes(NO_DATABASE)) {
            nodes.found("");
            for (int i = 0; i < 20; i++) {
                sendUntilHungUpOn(nodes.port(0), "GET / HTTP/1.0\r\n\r\n");
            }
            nodes.startBeside(nodes.address(0), "").get(60, TimeUnit.SECONDS);
            nodes.awaitOneCluster();
        }
    }

    private static void sendUntilHungUpOn(int port, String text) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.setSoTimeout(60_000);
            socket.getOutputStream().write(text.getBytes(US_ASCII));
            assertThat(socket.getInputStream().readAllBytes().length)
                    .as("answer, an alert at most")
                    .isLessThan(10);
        } catch (SocketException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
    }

    /** The number of the certificate that a node shows to whoever connects. */
    private static BigInteger presentedBy(int port) throws IOException, GeneralSecurityException {
        AtomicReference<BigInteger> seen = new AtomicReference<>(BigInteger.ZERO);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, new TrustManager[] {new Onlooker(seen)}, null);
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.startHandshake();
        } catch (SSLException refused) {
            assertThat(refused).as("it has no certificate").isNotNull();
        }
        return seen.get();
    }

    /** Looks at the certificate, and trusts everybody. */
    private record Onlooker(AtomicReference<BigInteger> seen) implements X509TrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String kind) {
            throw new UnsupportedOperationException();
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String kind) {
            seen.set(chain[0].getSerialNumber());
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
