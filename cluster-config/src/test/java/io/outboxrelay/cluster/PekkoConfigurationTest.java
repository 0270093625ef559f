package io.outboxrelay.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.settings.RelaySettings;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class PekkoConfigurationTest {
    private static final String FILE = """
            outbox-relay {
              database {
                url = "jdbc:postgresql://db/shop", user = relay, password = pw
                connect-timeout = 3 s, socket-timeout = 7 s, properties { sslmode = require }
              }
              kafka.bootstrap-servers = "kafka:9092"
              outboxes { orders { drain-timeout = 5 s }, bills { table = bills, drain-timeout = 30 s } }
              cluster { host = node-1, port = 7001, stable-after = 4 s }
              management { host = localhost, port = 7002, allow-writes = true, auth.token = "0123456789abcdef" }
            }
            """;

    private static Config of(String file) {
        Config raw = ConfigFactory.parseString(file);
        return PekkoConfiguration.of(RelaySettings.from(raw), raw);
    }

    @Test
    void addressesArrive() {
        Config config = of(FILE);
        assertThat(config.getString("pekko.actor.provider")).isEqualTo("cluster");
        assertThat(config.getString("pekko.remote.artery.canonical.hostname")).isEqualTo("node-1");
        assertThat(config.getInt("pekko.remote.artery.canonical.port")).isEqualTo(7001);
        assertThat(config.getString("pekko.management.http.hostname")).isEqualTo("localhost");
        assertThat(config.getInt("pekko.management.http.port")).isEqualTo(7002);
        assertThat(config.getBoolean("pekko.management.http.route-providers-read-only"))
                .isFalse();
    }

    @Test
    void anOrderlyStopMayTakeLongerThanTheLongestDrain() {
        Config config = of(FILE);
        assertThat(config.getDuration("pekko.cluster.split-brain-resolver.stable-after"))
                .isEqualTo(Duration.ofSeconds(4));
        assertThat(config.getDuration("pekko.cluster.sharding.handoff-timeout")).isEqualTo(Duration.ofSeconds(42));
        assertThat(config.getDuration("pekko.coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout"))
                .isEqualTo(Duration.ofSeconds(42));
    }

    @Test
    void theJournalUsesTheDatabaseOfTheCluster() {
        Config db = of(FILE).getConfig("pekko-persistence-jdbc.shared-databases.slick.db");
        assertThat(db.getString("url")).isEqualTo("jdbc:postgresql://db/shop");
        assertThat(db.getString("user")).isEqualTo("relay");
        assertThat(db.getString("password")).isEqualTo("pw");
        assertThat(db.getString("properties.sslmode")).isEqualTo("require");
        assertThat(db.getString("properties.connectTimeout")).isEqualTo("3");
        assertThat(db.getString("properties.socketTimeout")).isEqualTo("7");
        assertThat(db.getInt("maxConnections")).isEqualTo(2);
    }

    @Test
    void messagesThatCrossNodesAreCbor() {
        assertThat(of(FILE).getObject("pekko.actor.serialization-bindings").unwrapped())
                .containsEntry(Wire.class.getName(), "jackson-cbor");
    }

    @Test
    void theOperatorsFileWins() {
        Config config = of(FILE + "pekko { loglevel = DEBUG, cluster.down-removal-margin = 9 s }\n"
                + "pekko.remote.artery.canonical.port = 7777");
        assertThat(config.getString("pekko.loglevel")).isEqualTo("DEBUG");
        assertThat(config.getString("pekko.cluster.down-removal-margin")).isEqualTo("9 s");
        assertThat(config.getInt("pekko.remote.artery.canonical.port")).isEqualTo(7777);
        assertThat(config.getInt("pekko.kafka.default-dispatcher.thread-pool-executor.fixed-pool-size"))
                .isEqualTo(4);
    }
}
