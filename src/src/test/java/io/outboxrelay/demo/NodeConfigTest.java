package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.OutboxSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeConfigTest {
    private static final NodeConfig CONFIG =
            new NodeConfig("jdbc:postgresql://127.0.0.1:5/shop", "p\"q", "s$\\x", "127.0.0.1:9", 24, 7001, 7002);

    @Test
    void everyValueIsQuotedAsHocon() {
        Config read = ConfigFactory.parseString(CONFIG.hocon()).resolve();
        assertThat(read.getString("outbox-relay.database.user")).isEqualTo("p\"q");
        assertThat(read.getString("outbox-relay.database.password")).isEqualTo("s$\\x");
    }

    @Test
    void aNodeAcceptsItAndGetsTheFiguresTheVerdictCountsWith(@TempDir Path folder) throws IOException {
        Path file = Files.writeString(folder.resolve("node.conf"), CONFIG.hocon());
        OutboxSettings orders = LoadedConfig.load(file).settings().outboxes().get(NodeProcess.OUTBOX);
        assertThat(orders.shards()).isEqualTo(24);
        assertThat(orders.publisher().maxInFlight()).isEqualTo(DemoSettings.MAX_IN_FLIGHT);
    }
}
