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
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.apache.pekko.Done;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Who may be a node: real actor systems, certificates made here. */
class RemotingTlsTest {
    private static final String NO_DATABASE = "jdbc:postgresql://127.0.0.1:1/none";
    private static final String CLIENT_SIDE = "org.apache.pekko.stream.Materializer";
    private static final Authority OURS = new Authority("ours");

    private static final Nodes MEMBERS = new Nodes(NO_DATABASE);

    @TempDir
    private static Path folder;

    @BeforeAll
    static void startMember() throws IOException {
        MEMBERS.found(OURS.issue(folder.resolve("first"), "relay").settings());
    }

    @AfterAll
    static void stopMembers() {
        MEMBERS.close();
    }

    private static ConditionFactory await() {
        return Awaitility.await().atMost(60, TimeUnit.SECONDS);
    }

    @Test
    void nodesWithCertificatesOfOneAuthorityFormAClusterAndTakeUpNewCertificates() throws Exception {
        join("second");
        BigInteger replaced = OURS.issue(folder.resolve("first"), "relay").serial();
        await().until(() -> presentedBy(MEMBERS.port(0)).equals(replaced));
        join("third");
    }

    @Test
    void filesThatVanishLeaveTheFormerOnesInUse() throws Exception {
        Path files = folder.resolve("vanishing");
        try (LogLines lines = new LogLines(WatchedTls.class.getName());
                Nodes nodes = new Nodes(NO_DATABASE)) {
            nodes.found(OURS.issue(files, "relay").settings());
            for (String name : List.of("tls.crt", "tls.key", "ca.crt")) {
                Files.delete(files.resolve(name));
            }
            await().until(() -> {
                BigInteger shown = presentedBy(nodes.port(0));
                return !shown.equals(BigInteger.ZERO)
                        && !lines.with("cannot be read again, the former ones stay in use")
                                .isEmpty();
            });
            nodes.startBeside(
                            nodes.address(0),
                            OURS.issue(folder.resolve("late"), "relay").settings())
                    .get(60, TimeUnit.SECONDS);
            nodes.awaitOneCluster();
        }
    }

    private void join(String name) throws Exception {
        MEMBERS.startBeside(
                        MEMBERS.address(0),
                        OURS.issue(folder.resolve(name), "relay").settings())
                .get(60, TimeUnit.SECONDS);
        MEMBERS.awaitOneCluster();
    }

    @Test
    void aNodeOfAForeignAuthorityIsRefusedByBothSides() throws Exception {
        Authority foreign = new Authority("foreign");
        String stranger = foreign.issue(folder.resolve("stranger"), "relay").settings();
        Authority.Pem careless = foreign.issue(folder.resolve("careless"), "relay");
        String member = MEMBERS.address(0);
        try (LogLines lines = new LogLines(WatchedTls.class.getName(), CLIENT_SIDE);
                Nodes strangers = new Nodes(NO_DATABASE)) {
            CompletableFuture<Done> joined = strangers.startBeside(member, stranger);
            await().until(() -> !lines.with(member, "PKIX path building failed").isEmpty());
            await().until(() -> !lines.with("refused a connection to the remoting port", "certificate_unknown")
                    .isEmpty());
            // One that trusts us all the same: only our own look at its certificate keeps it out.
            CompletableFuture<Done> other = strangers.startBeside(
                    member, careless.settings(), () -> copy(folder.resolve("first/ca.crt"), careless.trusted()));
            await().until(() -> !lines.with("refused a connection to the remoting port", "PKIX path building failed")
                    .isEmpty());
            assertThat(joined).isNotDone();
            assertThat(other).isNotDone();
            MEMBERS.awaitOneCluster();
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
        String other = OURS.issue(folder.resolve("other"), "billing").settings();
        try (LogLines lines = new LogLines(CLIENT_SIDE);
                Nodes others = new Nodes(NO_DATABASE)) {
            CompletableFuture<Done> joined = others.startBeside(MEMBERS.address(0), other);
            await().until(() ->
                    !lines.with(MEMBERS.address(0), "peer subject names").isEmpty());
            assertThat(joined).isNotDone();
        }
    }

    @Test
    void junkIsRefusedAndLoggedOnceAndTheClusterGoesOn() throws Exception {
        try (LogLines lines = new LogLines(WatchedTls.class.getName())) {
            for (int i = 0; i < 20; i++) {
                sendUntilHungUpOn(MEMBERS.port(0), "GET / HTTP/1.0\r\n\r\n");
            }
            assertThat(lines.with("refused a connection to the remoting port", "nrecognized SSL message"))
                    .hasSize(1);
            join("afterwards");
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
        } catch (IOException refused) {
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
