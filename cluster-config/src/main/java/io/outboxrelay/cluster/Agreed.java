package io.outboxrelay.cluster;

import io.outboxrelay.settings.AcknowledgeSettings;
import io.outboxrelay.settings.ClusterSettings;
import io.outboxrelay.settings.DatabaseSettings;
import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.settings.RelaySettings;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What all nodes of a cluster must have in common at every moment, also while they are upgraded one by one; as text, and
 * without secrets, for it travels to the other nodes and into their logs. What may differ for a while (an outbox that
 * only some nodes know, the number of shards, routing, everything about speed) is not here. {@link AgreedCheck} compares.
 */
final class Agreed {
    /** Which slot a key has: another answer is another order. Must change whenever `Slots` does. */
    static final String SLOTS = "md5-1024";

    /** How messages between nodes are written; the number goes up when older nodes could not read them. */
    static final String MESSAGES = "jackson-cbor-1";

    private static final Pattern HAS_PORT = Pattern.compile(".*[^:\\[]:[0-9]+");

    private Agreed() {}

    static Map<String, Object> of(RelaySettings settings) {
        Map<String, Object> agreed = new TreeMap<>();
        agreed.put("slots", SLOTS);
        agreed.put("messages", MESSAGES);
        agreed.put("database", place(settings.database()));
        agreed.put("outboxes", outboxes(settings));
        return agreed;
    }

    private static Map<String, Object> outboxes(RelaySettings settings) {
        Map<String, Object> outboxes = new TreeMap<>();
        settings.outboxes().forEach((name, outbox) -> outboxes.put(name, of(outbox)));
        return outboxes;
    }

    private static Map<String, Object> of(OutboxSettings outbox) {
        Map<String, Object> agreed = new TreeMap<>();
        agreed.put("database", place(outbox.database()));
        agreed.put("table", outbox.table());
        agreed.put("acknowledge", spelt(outbox.acknowledge().mode()));
        agreed.put("delivery", spelt(outbox.publisher().delivery()));
        if (outbox.acknowledge().mode() != AcknowledgeSettings.Mode.RING) {
            agreed.put("order", outbox.columns().order());
        }
        return agreed;
    }

    /** How the node that joins calls itself in the others' logs. */
    static String node(ClusterSettings cluster) {
        return cluster.host() + ":" + cluster.port();
    }

    /** Servers and database, the same for every order and spelling of the servers. */
    static String place(DatabaseSettings database) {
        String url = database.safeUrl();
        int servers = url.indexOf("//") + 2;
        int name = url.indexOf('/', servers);
        if (servers < 2 || name < 0) {
            return url;
        }
        String port = switch (database.kind()) {
            case POSTGRESQL -> ":5432";
            case MARIADB -> ":3306";
            case H2 -> "";
        };
        String sorted = Stream.of(
                        url.substring(servers, name).toLowerCase(Locale.ROOT).split(",", -1))
                .map(server -> HAS_PORT.matcher(server).matches() ? server : server + port)
                .sorted()
                .collect(Collectors.joining(","));
        return url.substring(0, servers) + sorted + url.substring(name);
    }

    private static String spelt(Enum<?> choice) {
        return choice.toString().toLowerCase(Locale.ROOT);
    }
}
