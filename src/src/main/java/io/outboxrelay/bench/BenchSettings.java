package io.outboxrelay.bench;

import com.typesafe.config.ConfigFactory;
import io.outboxrelay.sandbox.RolesDocument;
import io.outboxrelay.sandbox.SandboxPort;
import io.outboxrelay.sandbox.SandboxPostgres;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** The relay's defaults, pointed at a sandbox, under one of the roles of docs/roles.md. */
public final class BenchSettings {
    private static final String OUTBOX = "outbox-relay.outboxes.orders.";

    private BenchSettings() {}

    public static OutboxSettings ring(SandboxPostgres postgres, String user, String table, int shards) {
        return outbox(postgres, user, table, shards, "ring");
    }

    static OutboxSettings plain(SandboxPostgres postgres, String user, String table, int shards) {
        return outbox(postgres, user, table, shards, "delete");
    }

    private static OutboxSettings outbox(SandboxPostgres postgres, String user, String table, int shards, String mode) {
        Map<String, Object> own = new TreeMap<>(Map.of(
                "outbox-relay.database.url",
                postgres.jdbcUrl(),
                "outbox-relay.database.user",
                user,
                "outbox-relay.database.password",
                user,
                "outbox-relay.kafka.bootstrap-servers",
                "127.0.0.1:9092"));
        own.put(OUTBOX + "table", table);
        own.put(OUTBOX + "shards", shards);
        own.put(OUTBOX + "acknowledge.mode", mode);
        return Objects.requireNonNull(RelaySettings.from(ConfigFactory.parseMap(own)
                        .withFallback(ConfigFactory.defaultReference())
                        .resolve())
                .outboxes()
                .get("orders"));
    }

    /** The configuration file of a node: what differs from the defaults and nothing else. */
    public static String node(SandboxPostgres postgres, String brokers, int shards, String delivery) {
        return """
                outbox-relay {
                  database { url = "%s", user = %s }
                  kafka.bootstrap-servers = "%s"
                  outboxes.orders { shards = %d, publisher.delivery = %s }
                  cluster { host = "127.0.0.1", port = %d }
                  management { host = "127.0.0.1", port = %d }
                }
                """.formatted(
                        postgres.jdbcUrl(),
                        RolesDocument.RELAY,
                        brokers,
                        shards,
                        delivery,
                        SandboxPort.findFree(),
                        SandboxPort.findFree());
    }
}
