package io.outboxrelay.http;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.settings.TlsSettings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManagerFactory;
import org.apache.pekko.http.javadsl.ConnectionContext;
import org.apache.pekko.http.javadsl.HttpsConnectionContext;
import org.apache.pekko.pki.pem.DERPrivateKeyLoader;
import org.apache.pekko.pki.pem.PEMDecoder;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** TLS of management HTTP. Its files are read again now and then, for new connections; while they cannot be, the former serve. */
public final class ServedTls {
    private static final Logger log = LoggerFactory.getLogger(ServedTls.class);
    private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"};
    private static final char[] IN_MEMORY = new char[0];

    private final TlsSettings files;
    private final LongSupplier nanoTime;
    private final AtomicReference<@Nullable Read> last = new AtomicReference<>();

    /** What the files held then. */
    private record Read(SSLContext context, long atNanos) {}

    ServedTls(TlsSettings files, LongSupplier nanoTime) {
        this.files = files;
        this.nanoTime = nanoTime;
    }

    /**
     * For a server.
     *
     * @throws RelayException of {@link Fault#MISCONFIGURED} if the files cannot be used
     */
    public static HttpsConnectionContext serving(TlsSettings files) {
        ServedTls served = new ServedTls(files, System::nanoTime);
        try {
            served.present();
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            throw new RelayException(
                    Fault.MISCONFIGURED,
                    "management.tls cannot be used: " + e.getMessage()
                            + "; legal: PEM files of a certificate, its key, and"
                            + " the certificate of the authority that signed it",
                    e);
        }
        return ConnectionContext.httpsServer(served::engine);
    }

    /**
     * For a client of such a server.
     *
     * @throws IllegalStateException if the authority's certificate cannot be read
     */
    public static SSLContext trusting(TlsSettings files) {
        try {
            KeyStore trusted = empty();
            trusted.setCertificateEntry("trusted", certificate(files.trusted()));
            TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            trust.init(trusted);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(null, trust.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalStateException("management.tls.trusted cannot be used: " + e.getMessage(), e);
        }
    }

    SSLEngine engine() throws GeneralSecurityException, IOException {
        SSLEngine engine = present().createSSLEngine();
        engine.setUseClientMode(false);
        engine.setEnabledProtocols(PROTOCOLS);
        return engine;
    }

    /** To read them twice, for two connections at once, does no harm. */
    private SSLContext present() throws GeneralSecurityException, IOException {
        Read former = last.get();
        long now = nanoTime.getAsLong();
        if (former != null && now - former.atNanos() < files.reloadInterval().toNanos()) {
            return former.context();
        }
        try {
            SSLContext read = read(files);
            last.set(new Read(read, now));
            return read;
        } catch (GeneralSecurityException | IOException | RuntimeException e) {
            if (former == null) {
                throw e;
            }
            last.set(new Read(former.context(), now));
            log.warn(
                    "the files of management.tls cannot be used, the former serve on: {}",
                    e.getClass().getSimpleName());
            return former.context();
        }
    }

    private static SSLContext read(TlsSettings files) throws GeneralSecurityException, IOException {
        KeyStore own = empty();
        own.setKeyEntry(
                "own",
                DERPrivateKeyLoader.load(PEMDecoder.decode(Files.readString(Path.of(files.key())))),
                IN_MEMORY,
                chain(certificate(files.certificate()), certificate(files.trusted())));
        KeyManagerFactory keys = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        keys.init(own, IN_MEMORY);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(keys.getKeyManagers(), null, null);
        return context;
    }

    /** A certificate may vouch for itself. */
    private static Certificate[] chain(Certificate own, Certificate authority) {
        return own.equals(authority) ? new Certificate[] {own} : new Certificate[] {own, authority};
    }

    private static KeyStore empty() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Certificate certificate(String file) throws GeneralSecurityException, IOException {
        try (InputStream content = Files.newInputStream(Path.of(file))) {
            return CertificateFactory.getInstance("X.509").generateCertificate(content);
        }
    }
}
