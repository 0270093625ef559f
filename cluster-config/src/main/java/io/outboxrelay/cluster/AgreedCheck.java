package io.outboxrelay.cluster;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.pekko.actor.ActorSystem;
import org.apache.pekko.cluster.ConfigValidation;
import org.apache.pekko.cluster.Invalid;
import org.apache.pekko.cluster.JoinConfigCompatChecker;
import org.apache.pekko.cluster.Valid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Compares {@link Agreed} when a node joins. Pekko asks it twice: a member, with what the joining node has, and then the
 * joining node, with what that member has. A member's no would carry no reason, so a member only warns, and the
 * joining node, which learns both values, refuses to join. Only what both have is compared: a newer node may agree on
 * more, and outboxes come and go one node at a time. Pekko creates it by its name in the configuration.
 */
public final class AgreedCheck extends JoinConfigCompatChecker {
    private static final Logger log = LoggerFactory.getLogger(AgreedCheck.class);
    private static final String AGREED = "outbox-relay.agreed";
    private static final String NODE = "outbox-relay.node";

    /** Names this configuration. Kept from the other nodes, and so missing from what a member compares with. */
    private static final String OWN = "outbox-relay.own";

    private static final String CHECKS = "pekko.cluster.configuration-compatibility-check.";
    private static final ConcurrentMap<String, String> REFUSALS = new ConcurrentHashMap<>();

    /** What a node's configuration needs for it. */
    static Map<String, Object> values(Map<String, Object> agreed, String node) {
        return Map.of(
                AGREED,
                agreed,
                NODE,
                node,
                OWN,
                UUID.randomUUID().toString(),
                CHECKS + "checkers.outbox-relay",
                AgreedCheck.class.getName(),
                CHECKS + "sensitive-config-paths.outbox-relay",
                List.of(OWN));
    }

    /** In what this node differs from the cluster that it did not join for it; empty if it is not for this. */
    public static Optional<String> refusal(ActorSystem system) {
        Config own = system.settings().config();
        return Optional.ofNullable(own.hasPath(OWN) ? REFUSALS.get(own.getString(OWN)) : null);
    }

    @Override
    public Seq<String> requiredKeys() {
        return sequence(List.of(AGREED, NODE));
    }

    @Override
    public ConfigValidation check(Config other, Config own) {
        boolean joining = own.hasPath(OWN);
        List<String> differences = joining ? differences(own, other) : differences(other, own);
        if (differences.isEmpty()) {
            return Valid.getInstance();
        }
        if (joining) {
            REFUSALS.put(own.getString(OWN), String.join(", ", differences));
            return new Invalid(sequence(differences));
        }
        log.warn(
                "node {} does not fit this cluster and will not join: {}",
                other.hasPath(NODE) ? other.getString(NODE) : "",
                String.join(", ", differences));
        return Valid.getInstance();
    }

    private static List<String> differences(Config joining, Config cluster) {
        Config theirs = agreed(cluster);
        Config ours = agreed(joining);
        return ours.entrySet().stream()
                .map(Map.Entry::getKey)
                .filter(key -> theirs.hasPath(key) && !theirs.getValue(key).equals(ours.getValue(key)))
                .sorted()
                .map(key -> key + " is " + ours.getString(key) + " on the node that joins and " + theirs.getString(key)
                        + " in the cluster")
                .toList();
    }

    private static Config agreed(Config config) {
        return config.hasPath(AGREED) ? config.getConfig(AGREED) : ConfigFactory.empty();
    }

    private static Seq<String> sequence(List<String> texts) {
        return CollectionConverters.asScala(texts).toList();
    }
}
