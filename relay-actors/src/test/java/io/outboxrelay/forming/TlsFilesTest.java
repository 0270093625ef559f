package io.outboxrelay.forming;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.settings.SettingsException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is wrong with certificates is said when the configuration is read, not when nobody can connect. */
class TlsFilesTest {
    private static final Authority OURS = new Authority("ours");
    private static final String ROOT = "outbox-relay.cluster.tls.";

    @TempDir
    private Path folder;

    private Authority.Pem node;

    @BeforeEach
    void issue() throws IOException {
        node = OURS.issue(folder.resolve("node"), "relay");
    }

    private List<String> problems() {
        SettingsException refused = catchThrowableOfType(
                SettingsException.class,
                () -> RelaySettings.from(ConfigFactory.parseString("""
                        outbox-relay {
                          database.url = "jdbc:postgresql://db/shop", kafka.bootstrap-servers = "k:1", outboxes { o {} }
                          %s
                        }
                        """.formatted(node.settings()))));
        return refused == null ? List.of() : refused.problems();
    }

    private String theProblem() {
        assertThat(problems()).hasSize(1);
        return problems().get(0);
    }

    @Test
    void aGoodPairIsTaken() {
        assertThat(problems()).isEmpty();
    }

    @Test
    void filesThatAreMissingOrNoPemAreNamed() throws IOException {
        Files.writeString(node.certificate(), "canary-1");
        Files.writeString(node.key(), "canary-2");
        Files.delete(node.trusted());
        assertThat(problems())
                .hasSize(3)
                .anyMatch(line -> line.startsWith(ROOT + "certificate = " + node.certificate())
                        && line.contains("is no certificate"))
                .anyMatch(line -> line.startsWith(ROOT + "key (")
                        && line.endsWith("is no key; legal a PEM file of one RSA key that no password protects"))
                .anyMatch(line -> line.startsWith(ROOT + "trusted = ") && line.contains("there is no such file"))
                .noneMatch(line -> line.contains("canary"));
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws IOException {
        Path other = OURS.issue(folder.resolve("other"), "relay").key();
        Files.copy(other, node.key(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(theProblem())
                .startsWith(ROOT + "key")
                .doesNotContain("tls.key =")
                .contains("is not the key of the certificate");
    }

    @Test
    void aCertificateOfAnotherAuthorityIsRefused() throws IOException {
        Path other =
                new Authority("other").issue(folder.resolve("other"), "relay").trusted();
        Files.copy(other, node.trusted(), StandardCopyOption.REPLACE_EXISTING);
        assertThat(theProblem()).startsWith(ROOT + "certificate = ").contains("is not signed by");
    }

    @Test
    void aCertificateWithoutANameAndAnExpiredOneAreRefused() throws IOException {
        node = OURS.issue(folder.resolve("nameless"), "");
        assertThat(theProblem()).contains("names nobody");
        node = OURS.issueExpired(folder.resolve("expired"), "relay");
        assertThat(theProblem()).contains("is not valid now");
    }
}
