package io.outboxrelay.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigUtil;
import io.outboxrelay.settings.SettingsException;
import io.outboxrelay.settings.TlsSettings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What nobody may switch off below `pekko`: whoever can reach the remoting port sends messages, and what reads them must
 * not make arbitrary objects of them; whoever can reach the management port may change something only once known.
 */
final class Safeguards {
    private static final String JAVA_SERIALIZATION = "pekko.actor.allow-java-serialization";
    private static final String BINDINGS = "pekko.actor.serialization-bindings";
    private static final String TRANSPORT = "pekko.remote.artery.transport";
    private static final String PROVIDER = "pekko.remote.artery.ssl.ssl-engine-provider";
    private static final String ROUTES = "pekko.management.http.routes";
    private static final String UNGUARDED = "org.apache.pekko.management.cluster.ClusterHttpManagementRouteProvider";
    private static final String PROTOCOL = "pekko.remote.artery.ssl.rotating-keys-engine.protocol";

    private Safeguards() {}

    /** Throws a {@link SettingsException} that names everything missing. */
    static void check(Config made, TlsSettings tls) {
        List<String> problems = new ArrayList<>();
        if (made.getBoolean(JAVA_SERIALIZATION)) {
            problems.add(JAVA_SERIALIZATION + " = on: legal off; it lets whoever reaches the remoting port run code");
        }
        Map<String, Object> legal = new HashMap<>(bindings(ConfigFactory.defaultReference()));
        legal.put(Wire.class.getName(), "jackson-cbor");
        bindings(made).forEach((type, serializer) -> {
            if (!serializer.equals(legal.get(type))) {
                problems.add(BINDINGS + "." + ConfigUtil.joinPath(type) + " = " + serializer
                        + ": unknown binding; messages of the relay are bound by " + Wire.class.getName() + " only");
            }
        });
        made.getObject(ROUTES).unwrapped().forEach((name, provider) -> {
            if (UNGUARDED.equals(provider)) {
                problems.add(ROUTES + "." + ConfigUtil.joinPath(name) + " = " + provider
                        + ": unknown provider; it lets whoever reaches the management port remove nodes");
            }
        });
        if (tls.isOn()) {
            require(made, TRANSPORT, "tls-tcp", problems);
            require(made, PROVIDER, WatchedTls.class.getName(), problems);
            require(made, PROTOCOL, "TLSv1.3", problems);
        }
        if (!problems.isEmpty()) {
            throw new SettingsException(problems);
        }
    }

    private static void require(Config made, String path, String value, List<String> problems) {
        String found = made.getString(path);
        if (!found.equals(value)) {
            problems.add(path + " = " + found + ": legal " + value + " where outbox-relay.cluster.tls is set");
        }
    }

    private static Map<String, Object> bindings(Config config) {
        return config.getObject(BINDINGS).unwrapped();
    }
}
