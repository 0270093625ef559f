package io.outboxrelay.settings;

import java.time.Duration;
import java.util.List;

/**
 * How nodes address and find each other; `seedNodes` counts only with static seeds, and has one "host:port" for each
 * node that a written range such as "node-{1-3}:7355" stands for.
 */
public record ClusterSettings(
        String host,
        int port,
        Seeds seeds,
        List<String> seedNodes,
        Duration stableAfter,
        Duration nodeExpiry,
        Duration wakeInterval,
        TlsSettings tls) {

    /** Where a starting node learns of the others. */
    public enum Seeds {
        DATABASE,
        STATIC
    }

    public ClusterSettings {
        seedNodes = SeedNodes.expand(seedNodes);
        Rules rules = new Rules()
                .that(
                        Hosts.isHost(host) && !Hosts.isWildcard(host),
                        "host",
                        host,
                        "legal a host name or an address that other nodes reach this one at")
                .between("port", port, 0, 65_535)
                .versus(
                        seeds != Seeds.STATIC || !seedNodes.isEmpty(),
                        "seed-nodes",
                        "seeds",
                        seedNodes,
                        "at least one \"host:port\" is needed with seeds = static")
                .between("stable-after", stableAfter, Duration.ofSeconds(1), Duration.ofMinutes(2))
                .between("node-expiry", nodeExpiry, Duration.ofSeconds(3), Duration.ofMinutes(10))
                .between("wake-interval", wakeInterval, Duration.ofMillis(100), Duration.ofMinutes(1));
        for (String node : seedNodes) {
            rules.that(Hosts.isNode(node), "seed-nodes", node, SeedNodes.GRAMMAR);
        }
        rules.orThrow();
    }

    /** Other machines may reach the remoting port, and nothing asks them who they are. */
    public boolean isOpenToAnybody() {
        return !tls.isOn() && !Hosts.isLoopback(host);
    }
}
