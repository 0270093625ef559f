package io.outboxrelay.settings;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.security.cert.CertificateFactory;
import java.security.cert.CertificateNotYetValidException;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.security.interfaces.RSAKey;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import org.apache.pekko.pki.pem.DERPrivateKeyLoader;
import org.apache.pekko.pki.pem.PEMDecoder;
import org.apache.pekko.pki.pem.PEMLoadingException;
import org.jspecify.annotations.Nullable;

/** Looks at the PEM files of `cluster.tls` as Pekko will read them, so that a node says at its start what is wrong. */
final class TlsFiles {
    private static final int DNS_NAME = 2;

    private final Section block;

    private TlsFiles(Section block) {
        this.block = block;
    }

    /** Adds a problem for each file that cannot serve. */
    static void check(Section block, TlsSettings tls) {
        if (tls.isOn()) {
            new TlsFiles(block).check(tls);
        }
    }

    private void check(TlsSettings tls) {
        Optional<X509Certificate> certificate = certificate("certificate", tls.certificate());
        Optional<X509Certificate> trusted = certificate("trusted", tls.trusted());
        Optional<PrivateKey> key = key(tls.key());
        certificate
                .filter(own -> !hasName(own))
                .ifPresent(own -> refuse(
                        "certificate",
                        tls.certificate(),
                        "names nobody; legal with a common name or a DNS name that the"
                                + " certificates of all nodes of the cluster have in common"));
        certificate.ifPresent(own -> trusted.filter(authority -> !isIssuedBy(own, authority))
                .ifPresent(authority -> refuse(
                        "certificate",
                        tls.certificate(),
                        "is not signed by the certificate in trusted; legal directly signed by it")));
        certificate.ifPresent(own -> key.filter(ours -> !belongTogether(own, ours))
                .ifPresent(ours -> refuse("key", null, "is not the key of the certificate in certificate")));
    }

    private Optional<X509Certificate> certificate(String setting, String file) {
        try (InputStream content = Files.newInputStream(Path.of(file))) {
            X509Certificate read =
                    (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(content);
            read.checkValidity();
            if (read.getPublicKey() instanceof RSAKey) {
                return Optional.of(read);
            }
            return refuse(
                    setting, file, "has a key of kind " + read.getPublicKey().getAlgorithm() + "; legal RSA");
        } catch (CertificateExpiredException | CertificateNotYetValidException e) {
            return refuse(setting, file, "is not valid now: " + e.getMessage());
        } catch (CertificateException e) {
            return refuse(setting, file, "is no certificate; legal a PEM file that begins with one");
        } catch (IOException | InvalidPathException e) {
            return refuse(setting, file, "cannot be read: " + reason(e));
        }
    }

    private Optional<PrivateKey> key(String file) {
        try {
            PrivateKey read = DERPrivateKeyLoader.load(PEMDecoder.decode(Files.readString(Path.of(file))));
            return Optional.of(read);
        } catch (PEMLoadingException | IllegalArgumentException e) {
            return refuse("key", null, "is no key; legal a PEM file of one RSA key that no password protects");
        } catch (IOException | RuntimeException e) {
            return refuse("key", null, "cannot be read: " + reason(e));
        }
    }

    /** Says so, and that there is nothing to go on with. */
    private <T> Optional<T> refuse(String setting, @Nullable String file, String rule) {
        block.add(Problem.of(setting, file, rule));
        return Optional.empty();
    }

    private static String reason(Exception e) {
        if (e instanceof NoSuchFileException) {
            return "there is no such file";
        }
        return e instanceof CharacterCodingException
                ? "it is not text in UTF-8"
                : e.getClass().getSimpleName();
    }

    /** What peers are compared by. */
    private static boolean hasName(X509Certificate certificate) {
        try {
            Collection<List<?>> others = certificate.getSubjectAlternativeNames();
            return certificate.getSubjectX500Principal().getName().contains("CN=")
                    || (others != null
                            && others.stream()
                                    .anyMatch(name -> Integer.valueOf(DNS_NAME).equals(name.get(0))));
        } catch (CertificateParsingException e) {
            return false;
        }
    }

    private static boolean isIssuedBy(X509Certificate certificate, X509Certificate authority) {
        try {
            certificate.verify(authority.getPublicKey());
            return true;
        } catch (GeneralSecurityException e) {
            return false;
        }
    }

    private static boolean belongTogether(X509Certificate certificate, PrivateKey key) {
        return key instanceof RSAKey ours
                && certificate.getPublicKey() instanceof RSAKey theirs
                && ours.getModulus().equals(theirs.getModulus());
    }
}
