package io.outboxrelay.forming;

import java.io.IOException;
import java.io.StringWriter;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.concurrent.atomic.AtomicLong;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.cert.CertIOException;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.openssl.jcajce.JcaPEMWriter;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;

/** A certificate authority of one test; what it issues lies as PEM files in folders. */
public final class Authority {
    private static final AtomicLong SERIAL = new AtomicLong(1);

    private final KeyPair keys = keyPair();
    private final X500Name name;
    private final X509Certificate own;

    public Authority(String name) {
        this.name = new X500Name("CN=" + name);
        this.own = sign(this.name, keys, true, Duration.ofDays(1));
    }

    /** Where a node's PEM files lie, and the number of its certificate. */
    public record Pem(Path certificate, Path key, Path trusted, BigInteger serial) {
        /** What goes below `outbox-relay`. */
        String settings() {
            return """
                    cluster.tls { certificate = "%s", key = "%s", trusted = "%s", reload-interval = 1 s }
                    """.formatted(certificate, key, trusted);
        }
    }

    /** Writes, or replaces, a certificate with that common name, its key and this authority's certificate. */
    public Pem issue(Path folder, String commonName) throws IOException {
        return issue(folder, commonName, Duration.ofDays(1));
    }

    Pem issueExpired(Path folder, String commonName) throws IOException {
        return issue(folder, commonName, Duration.ofHours(-1));
    }

    private Pem issue(Path folder, String commonName, Duration validity) throws IOException {
        KeyPair subject = keyPair();
        String name = commonName.isEmpty() ? "O=nobody" : "CN=" + commonName;
        X509Certificate certificate = sign(new X500Name(name), subject, false, validity);
        Pem files = new Pem(
                folder.resolve("tls.crt"),
                folder.resolve("tls.key"),
                folder.resolve("ca.crt"),
                certificate.getSerialNumber());
        Files.createDirectories(folder);
        Files.writeString(files.trusted(), pem(own));
        Files.writeString(files.certificate(), pem(certificate));
        Files.writeString(files.key(), pem(subject.getPrivate()));
        return files;
    }

    private X509Certificate sign(X500Name subject, KeyPair subjectKeys, boolean authority, Duration validity) {
        Instant now = Instant.now();
        X509v3CertificateBuilder builder = new JcaX509v3CertificateBuilder(
                name,
                BigInteger.valueOf(SERIAL.getAndIncrement()),
                Date.from(now.minus(Duration.ofDays(1))),
                Date.from(now.plus(validity)),
                subject,
                subjectKeys.getPublic());
        try {
            builder.addExtension(Extension.basicConstraints, true, new BasicConstraints(authority));
            return new JcaX509CertificateConverter()
                    .getCertificate(
                            builder.build(new JcaContentSignerBuilder("SHA256withRSA").build(keys.getPrivate())));
        } catch (CertIOException | OperatorCreationException | GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String pem(Object content) throws IOException {
        StringWriter text = new StringWriter();
        try (JcaPEMWriter pem = new JcaPEMWriter(text)) {
            pem.writeObject(content);
        }
        return text.toString();
    }

    private static KeyPair keyPair() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(2048);
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
