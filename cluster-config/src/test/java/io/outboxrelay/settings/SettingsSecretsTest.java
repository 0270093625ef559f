package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsSecretsTest {
    private static final String CANARY = "canary-7d1f";

    @TempDir
    private Path folder;

    @Test
    void noSecretShowsInAnyText() {
        RelaySettings settings = Configs.with("""
                database {
                  url = "jdbc:postgresql://me:CANARY@db:5432/shop?password=CANARY", password = CANARY
                  properties { sslpassword = CANARY, sslkey = CANARY }
                }
                kafka.properties {
                  sasl.jaas.config = "x password=CANARY;", ssl.keystore.password = CANARY, my.secret = CANARY
                  sasl.oauthbearer.token.endpoint.url = CANARY, linger.ms = 5
                }
                """.replace("CANARY", CANARY));
        assertThat(settings.database().password().reveal()).isEqualTo(CANARY);
        assertThat(settings.toString())
                .doesNotContain(CANARY)
                .contains("jdbc:postgresql://db:5432/shop")
                .contains("linger.ms=5");
    }

    @Test
    void aUrlIsShownWithoutItsParametersWhateverTheDatabase() {
        for (String url :
                List.of("jdbc:h2:mem:shop;PASSWORD=CANARY", "jdbc:mariadb://me:CANARY@db/shop?password=CANARY")) {
            OutboxSettings orders = Configs.orders(
                    "acknowledge.mode = delete, database.url = \"" + url.replace("CANARY", CANARY) + "\"");
            assertThat(orders.database().safeUrl()).doesNotContain(CANARY).contains("shop");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "database { password = [CANARY] }",
                "database { password { CANARY : 1 } }",
                "database { password-file = CANARY }",
                "database { url = \"postgres://me:CANARY@db/shop\" }",
                "database { url = [CANARY] }",
                "database { properties = [CANARY] }",
                "database { properties { password = [CANARY] } }",
                "kafka { properties { sasl.jaas.config = [CANARY], passwort } }",
                "metrics.otlp { url = \"http://me:CANARY@collector/\" }",
                "metrics.otlp { url = CANARY }",
                "management.auth { token = CANARY }",
                "management.auth { token-file = CANARY }",
                "management.auth { user = ann, password = [CANARY] }",
                "metrics.otlp { headers { Authorization = [CANARY] } }",
                "database { password = \"CANARY",
                "database { password = CANARY ] }",
                "database { password = CANARY CANARY } } }",
                "database { password = CANARY ${x} }",
                "database { password = CANARY { a = 1 } }",
                "database { password = CANARY\\q }",
                "database { password = \"CANARY\\q\" }",
                "database { password = CANARY+=CANARY }",
            })
    void noSecretShowsInAProblem(String config) throws IOException {
        Path file = folder.resolve("relay.conf");
        Files.writeString(file, Configs.LEAST + "outbox-relay {\n" + config.replace("CANARY", CANARY) + "\n}\n");
        Throwable refused = catchThrowable(() -> LoadedConfig.load(file, Map.of()));
        assertThat(refused).isInstanceOf(SettingsException.class).hasNoCause();
        assertThat(refused.getMessage()).doesNotContain(CANARY);
    }

    @Test
    void aPasswordFileCountsBeforeThePasswordAndLosesItsLineFeed() throws IOException {
        Path file = Files.writeString(folder.resolve("password"), " p w \r\n");
        DatabaseSettings database = Configs.with("database { password = other, password-file = \"" + file + "\" }")
                .database();
        assertThat(database.password()).isEqualTo(new Secret(" p w "));
    }

    @Test
    void anOutboxWithAPasswordOfItsOwnDoesNotGetTheFileOfTheTopLevel() throws IOException {
        Path file = Files.writeString(folder.resolve("password"), "top\n");
        RelaySettings settings = Configs.with("database.password-file = \"" + file + "\"\n"
                + "outboxes.orders.database { url = \"jdbc:postgresql://own/x\", password = own }");
        assertThat(settings.database().password().reveal()).isEqualTo("top");
        assertThat(settings.outboxes().get("orders").database().password().reveal())
                .isEqualTo("own");
    }

    @Test
    void aPasswordFileThatCannotBeReadIsAProblem() throws IOException {
        Path binary = Files.write(folder.resolve("binary"), new byte[] {(byte) 0xff, (byte) 0xfe});
        Path empty = Files.writeString(folder.resolve("empty"), "\n");
        for (Path file : List.of(folder.resolve("missing"), folder, binary, empty)) {
            assertThat(Configs.problemsWith("database.password-file = \"" + file + "\""))
                    .singleElement()
                    .satisfies(p -> assertThat(p).startsWith("outbox-relay.database.password-file"));
        }
    }
}
