package io.outboxrelay.settings;

import java.time.Duration;
import java.util.List;

/** How nodes address and find each other; `seedNodes` ("host:port") counts only with static seeds. */
public record ClusterSettings(
        String host,
        int port,
        Seeds seeds,
        List<String> seedNodes,
        Duration stableAfter,
        Duration nodeExpiry,
        Duration wakeInterval) {

    /** Where a starting node learns of the others. */
    public enum Seeds {
        DATABASE,
        STATIC
    }
}
