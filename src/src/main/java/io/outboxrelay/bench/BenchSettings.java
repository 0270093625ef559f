package io.outboxrelay.bench;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import java.util.Map;
import java.util.Objects;

/** The relay's defaults, pointed at a sandbox. */
final class BenchSettings {
    private BenchSettings() {}

    static OutboxSettings outbox(SandboxPostgres postgres, int shards) {
        Map<String, Object> own = Map.of(
                "outbox-relay.database.url", postgres.jdbcUrl(),
                "outbox-relay.database.user", postgres.user(),
                "outbox-relay.database.password", postgres.password(),
                "outbox-relay.kafka.bootstrap-servers", "127.0.0.1:9092",
                "outbox-relay.outboxes.orders.shards", shards);
        return Objects.requireNonNull(RelaySettings.from(ConfigFactory.parseMap(own)
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve())
                .outboxes()
                .get("orders"));
    }
}
