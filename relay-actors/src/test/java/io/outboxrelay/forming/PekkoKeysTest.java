package io.outboxrelay.forming;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.outboxrelay.cluster.PekkoConfiguration;
import io.outboxrelay.settings.RelaySettings;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PekkoKeysTest {
    /** Keys that a library reads and its reference.conf leaves out. */
    private static final List<String> UNLISTED = List.of(
            "pekko.actor.serialization-bindings",
            "pekko-persistence-jdbc.shared-databases.slick",
            "jdbc-journal.plugin-dispatcher",
            "jdbc-snapshot-store.plugin-dispatcher",
            // listed as null, which counts as absent
            "jdbc-journal.use-shared-db",
            "jdbc-snapshot-store.use-shared-db",
            "jdbc-read-journal.use-shared-db");

    @Test
    void everyKeyWeSetIsOneThatALibraryReads() {
        Config reference = ConfigFactory.defaultReference();
        Config ours = ConfigFactory.parseResources("outbox-relay-pekko.conf");
        assertThat(ours.entrySet().stream().map(Map.Entry::getKey))
                .isNotEmpty()
                .filteredOn(key -> UNLISTED.stream().noneMatch(key::startsWith))
                .allMatch(reference::hasPath);
    }

    @Test
    void theShardCoordinatorIsHandedOverAsFastAsOtherSingletons() {
        Config raw = ConfigFactory.parseString("""
                outbox-relay {
                  database.url = "jdbc:postgresql://db/shop", kafka.bootstrap-servers = "kafka:9092", outboxes.orders {}
                }
                """);
        Config config = PekkoConfiguration.of(RelaySettings.from(raw), raw);
        assertThat(config.getDuration("pekko.cluster.sharding.coordinator-singleton.hand-over-retry-interval")
                        .toMillis())
                .isEqualTo(500);
        assertThat(config.getString("jdbc-read-journal.tables.event_journal.tableName"))
                .isEqualTo("outbox_relay_journal");
    }
}
