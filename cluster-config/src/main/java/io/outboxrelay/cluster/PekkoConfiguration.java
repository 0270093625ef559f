package io.outboxrelay.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import io.outboxrelay.settings.ClusterSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.settings.ManagementSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import io.outboxrelay.settings.TlsSettings;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/**
 * The configuration of a node's actor system. Strongest first: system properties, the operator's file, values from the
 * settings, `outbox-relay-pekko.conf`, the reference.conf of every library. It holds the database password.
 */
public final class PekkoConfiguration {
    private static final String RESOURCE = "outbox-relay-pekko.conf";

    /** What an orderly stop needs beyond draining: telling the others, moving the shards, leaving. */
    private static final Duration HANDING_OVER = Duration.ofSeconds(12);

    private PekkoConfiguration() {}

    public static Config of(LoadedConfig loaded) {
        return of(loaded.settings(), loaded.raw());
    }

    /**
     * As {@link #of(LoadedConfig)}.
     *
     * @param raw what the operator's file says, without anybody's defaults
     * @throws io.outboxrelay.settings.SettingsException if the operator's file takes a safeguard of remoting away
     */
    public static Config of(RelaySettings settings, Config raw) {
        Config ours = ConfigFactory.parseResources(
                PekkoConfiguration.class.getClassLoader(),
                RESOURCE,
                ConfigParseOptions.defaults().setAllowMissing(false));
        Config fromSettings = ConfigFactory.parseMap(values(settings), "outbox-relay settings")
                .withValue(
                        "pekko-persistence-jdbc.shared-databases.slick.db.properties",
                        ConfigValueFactory.fromMap(connection(settings.database())));
        Config made = ConfigFactory.load(
                raw.withoutPath("outbox-relay").withFallback(fromSettings).withFallback(ours));
        Safeguards.check(made, settings.cluster().tls());
        return made;
    }

    private static Map<String, Object> values(RelaySettings settings) {
        ClusterSettings cluster = settings.cluster();
        ManagementSettings management = settings.management();
        DatabaseSettings database = settings.database();
        Duration stop = longestDrain(settings).plus(HANDING_OVER);
        Map<String, Object> values = new HashMap<>();
        values.put("pekko.remote.artery.canonical.hostname", cluster.host());
        values.put("pekko.remote.artery.canonical.port", cluster.port());
        values.put("pekko.cluster.split-brain-resolver.stable-after", cluster.stableAfter());
        values.put("pekko.cluster.sharding.handoff-timeout", stop);
        values.put("pekko.coordinated-shutdown.phases.cluster-sharding-shutdown-region.timeout", stop);
        values.putAll(remoting(cluster.tls()));
        values.putAll(AgreedCheck.values(Agreed.of(settings), Agreed.node(cluster)));
        values.put("pekko.management.http.hostname", management.host());
        values.put("pekko.management.http.port", management.port());
        values.put("pekko.management.http.route-providers-read-only", !management.allowWrites());
        String slick = "pekko-persistence-jdbc.shared-databases.slick.db.";
        values.put(slick + "url", database.url());
        if (!database.user().isEmpty()) {
            values.put(slick + "user", database.user());
        }
        if (!database.password().reveal().isEmpty()) {
            values.put(slick + "password", database.password().reveal());
        }
        return values;
    }

    static Map<String, Object> remoting(TlsSettings tls) {
        if (!tls.isOn()) {
            return Map.of();
        }
        String files = "pekko.remote.artery.ssl.rotating-keys-engine.";
        return Map.of(
                "pekko.remote.artery.transport",
                "tls-tcp",
                "pekko.remote.artery.ssl.ssl-engine-provider",
                WatchedTls.class.getName(),
                files + "cert-file",
                tls.certificate(),
                files + "key-file",
                tls.key(),
                files + "ca-cert-file",
                tls.trusted(),
                files + "ssl-context-cache-ttl",
                tls.reloadInterval());
    }

    /** For the journal's connections; the same as everywhere else, with a name of their own. */
    private static Map<String, String> connection(DatabaseSettings database) {
        Map<String, String> properties = new HashMap<>();
        properties.put("ApplicationName", "outbox-relay journal");
        properties.put("connectTimeout", Long.toString(database.connectTimeout().toSeconds()));
        properties.put("socketTimeout", Long.toString(database.socketTimeout().toSeconds()));
        properties.putAll(database.properties());
        return properties;
    }

    private static Duration longestDrain(RelaySettings settings) {
        return settings.outboxes().values().stream()
                .map(OutboxSettings::drainTimeout)
                .max(Duration::compareTo)
                .orElse(Duration.ZERO);
    }
}
