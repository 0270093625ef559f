package io.outboxrelay.settings;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReferenceDocumentTest {
    private static final Path REFERENCE = Path.of("src/main/resources/reference.conf");
    private static final Path DOCUMENT = Path.of("../docs/configuration.md");

    /** `-Dreference.write=true` writes it anew. */
    @Test
    void docsAreWhatIsMadeOfTheReferenceConfiguration() throws IOException {
        String made = ReferenceDocument.of(Files.readString(REFERENCE));
        if (Boolean.getBoolean("reference.write")) {
            Files.writeString(DOCUMENT, made);
        }
        assertThat(Files.readString(DOCUMENT))
                .as("docs/configuration.md; -Dreference.write=true writes it anew")
                .isEqualTo(made);
    }

    @Test
    void everySettingIsThereWithItsMeaning() throws IOException {
        List<String> lines =
                ReferenceDocument.of(Files.readString(REFERENCE)).lines().toList();
        ConfigFactory.parseFile(REFERENCE.toFile()).root().toConfig().entrySet().forEach(entry -> {
            List<String> path = ConfigUtil.splitPath(entry.getKey());
            String block = String.join(".", path.subList(0, path.size() - 1));
            String row = "| `" + path.get(path.size() - 1) + "` |";
            int heading = lines.indexOf("## `" + block + "`");
            assertThat(heading).as("heading of %s", block).isNotNegative();
            assertThat(lines.subList(heading + 1, lines.size()).stream()
                            .takeWhile(line -> !line.startsWith("## "))
                            .filter(line -> line.startsWith(row)))
                    .as("row of %s", entry.getKey())
                    .hasSize(1);
        });
    }
}
