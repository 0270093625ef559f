package io.outboxrelay.demo;

import java.time.Duration;
import java.util.Optional;

/**
 * What to show. `events` 0 runs until interrupted, `eventsPerSecond` 0 writes as fast as it can; `killNodeAfter` counts
 * from the first write.
 */
public record DemoSettings(
        long events,
        int eventsPerSecond,
        int nodes,
        int shards,
        Optional<Duration> killNodeAfter,
        boolean keepKilledDown,
        boolean keepData) {

    /** Rows of a shard in flight, written into every node's configuration: what a crash repeats at most. */
    static final int MAX_IN_FLIGHT = 10_000;

    public DemoSettings {
        require(events >= 0, "--events", events, "0 (until interrupted) or more");
        require(eventsPerSecond >= 0 && eventsPerSecond <= 1_000_000, "--rate", eventsPerSecond, "0 to 1000000");
        require(nodes >= 1 && nodes <= 9, "--nodes", nodes, "1 to 9");
        require(shards >= 1 && shards <= 1024, "--shards", shards, "1 to 1024");
        killNodeAfter.ifPresent(after -> {
            require(!after.isNegative(), "--kill-node-after", after, "0s or later");
            require(nodes >= 2, "--nodes", nodes, "2 or more where a node is to be killed");
        });
    }

    boolean endless() {
        return events == 0;
    }

    private static void require(boolean legal, String option, Object value, String range) {
        if (!legal) {
            throw new IllegalArgumentException(option + " = " + value + ", legal: " + range);
        }
    }
}
