package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LoadedConfigTest {
    /** What mutations put into a legal configuration. */
    private static final List<String> PIECES = List.of(
            "{",
            "}",
            "[",
            "]",
            "=",
            "\"",
            "\"\"\"",
            "\\",
            "$",
            "${",
            "${?PATH}",
            ",",
            "\n",
            "#",
            ":",
            "+=",
            "null",
            "-1",
            "1e99",
            "99999999999999999999 d",
            " 9223372036854775807 ms",
            "0x",
            "ü",
            "\u0000",
            "5 parsecs",
            "1.5",
            "include",
            "\"a.b\"",
            "1 YiB",
            "-5 KiB",
            ".",
            "''",
            "true",
            "[1, {a = 2}]",
            "outboxes",
            "${outbox-relay}");

    private static final String LEGAL = Configs.LEAST + """
                outbox-relay {
                  cluster { host = a, port = 1, seeds = static, seed-nodes = ["a:1"], stable-after = 2 s }
                  database { password = x, connections = 9, properties { a.b = c } }
                  outboxes.orders { reader { tick-min = 2 ms, chunk-bytes = 2 KiB, chunk-rows = 3 }, shards = 4 }
                }
                """;

    @TempDir
    private Path folder;

    private Path file(String content) throws IOException {
        return Files.writeString(folder.resolve("relay.conf"), content);
    }

    @Test
    void theEnvironmentWinsOverTheReferenceAndTheFileOverBoth() throws IOException {
        Map<String, String> environment = Map.of(
                "OUTBOX_DB_URL", "jdbc:postgresql://env/shop",
                "OUTBOX_DB_USER", "env-user",
                "OUTBOX_DB_CONNECTIONS", "20",
                "KAFKA_BOOTSTRAP_SERVERS", "env:9092",
                "RELAY_PORT", "7000",
                "RELAY_MANAGEMENT_ALLOW_WRITES", "true",
                "RELAY_MANAGEMENT_TOKEN", "0123456789abcdef");
        RelaySettings settings = LoadedConfig.load(
                        file("outbox-relay { outboxes { orders {} }, database.user = file-user }"), environment)
                .settings();
        assertThat(settings.database().url()).isEqualTo("jdbc:postgresql://env/shop");
        assertThat(settings.database().user()).isEqualTo("file-user");
        assertThat(settings.database().connections()).isEqualTo(20);
        assertThat(settings.outboxes().get("orders").kafka().bootstrapServers()).isEqualTo("env:9092");
        assertThat(settings.cluster().port()).isEqualTo(7000);
        assertThat(settings.management().allowWrites()).isTrue();
        assertThat(settings.management().credentials().hasToken()).isTrue();
    }

    @Test
    void aProblemSaysWhereTheValueWasWritten() throws IOException {
        Path file = file(Configs.LEAST + "outbox-relay.cluster.port = 70000\n");
        assertThatThrownBy(() -> LoadedConfig.load(file, Map.of("RELAY_MANAGEMENT_PORT", "x")))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("cluster.port = 70000 (" + file + ": 6): legal 0 to 65535")
                .hasMessageContaining(
                        "management.port = x (environment variable RELAY_MANAGEMENT_PORT): legal a whole");
    }

    @Test
    void theRawConfigurationHoldsTheFileAloneAndResolved() throws IOException {
        LoadedConfig loaded = LoadedConfig.load(
                file(Configs.LEAST + "pekko.loglevel = ${?LEVEL}\npekko.x = ${outbox-relay.cluster.port}"),
                Map.of("LEVEL", "DEBUG"));
        assertThat(loaded.raw().getString("pekko.loglevel")).isEqualTo("DEBUG");
        assertThat(loaded.raw().getInt("pekko.x")).isEqualTo(7355);
        assertThat(loaded.raw().hasPath("outbox-relay.cluster")).isFalse();
        assertThat(loaded.raw().hasPath("outbox-relay.database.url")).isTrue();
    }

    @Test
    void aFileThatIsNotThereIsNamed() {
        Path missing = folder.resolve("no.conf");
        assertThatThrownBy(() -> LoadedConfig.load(missing, Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessage("configuration file " + missing + " does not exist");
        assertThatThrownBy(() -> LoadedConfig.load(folder, Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessage("configuration file " + folder + " is not a file");
    }

    @Test
    void aFileThatIsNotHoconIsNamedWithTheLine() throws IOException {
        Path file = file("outbox-relay {\n  cluster {\n    port = 1 ]\n");
        assertThatThrownBy(() -> LoadedConfig.load(file, Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageStartingWith(file + ": 3: cannot be parsed")
                .message()
                .hasLineCount(1);
    }

    @Test
    void aSubstitutionThatLeadsNowhereIsNamed() throws IOException {
        Path file = file(Configs.LEAST + "outbox-relay.cluster.host = ${NO_SUCH_VARIABLE}");
        assertThatThrownBy(() -> LoadedConfig.load(file, Map.of()))
                .isInstanceOf(SettingsException.class)
                .hasMessageContaining("${NO_SUCH_VARIABLE}");
    }

    @Test
    void whateverIsWrittenEitherLoadsOrIsRefusedInWords() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2000; round++) {
            StringBuilder mutant = new StringBuilder(LEGAL);
            for (int change = random.nextInt(3); change >= 0; change--) {
                int from = random.nextInt(mutant.length());
                int to = Math.min(mutant.length(), from + random.nextInt(12));
                mutant.replace(from, to, PIECES.get(random.nextInt(PIECES.size())));
            }
            Path file = file(mutant.toString());
            try {
                LoadedConfig.load(file, Map.of("PATH", "/bin"));
            } catch (SettingsException refused) {
                assertThat(refused.getMessage()).isNotBlank();
            } catch (RuntimeException | Error other) {
                throw new AssertionError("seed " + seed + ", round " + round + ":\n" + mutant, other);
            }
        }
    }

    @Test
    void aVariableMayStandOverAValueOfTheFile(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("my.conf"), LEGAL + """
                outbox-relay.cluster { port = 5, port = ${?RELAY_PORT} }
                pekko { loglevel = INFO, loglevel = ${?LEVEL} }
                """);
        LoadedConfig silent = LoadedConfig.load(file, Map.of());
        assertThat(silent.settings().cluster().port()).isEqualTo(5);
        assertThat(silent.raw().getString("pekko.loglevel")).isEqualTo("INFO");
        LoadedConfig told = LoadedConfig.load(file, Map.of("RELAY_PORT", "6", "LEVEL", "DEBUG"));
        assertThat(told.settings().cluster().port()).isEqualTo(6);
        assertThat(told.raw().getString("pekko.loglevel")).isEqualTo("DEBUG");
    }
}
