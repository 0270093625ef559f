package io.outboxrelay.demo;

import java.net.URI;
import java.time.Duration;
import java.util.List;

/** Everything the screen shows at one moment. `step` says what the demo is doing. */
record Snapshot(
        Duration elapsed,
        String step,
        OrderService.Counts written,
        double committedPerSecond,
        Checker.Findings findings,
        double arrivedPerSecond,
        Latencies.Summary latency,
        List<Node> nodes,
        List<String> happenings) {

    /** Events committed and not yet arrived. */
    long waiting() {
        return Math.max(0, written.committed() - findings.distinct());
    }

    /** One node as the screen shows it. */
    record Node(
            int number,
            NodeProcess.Life life,
            boolean ready,
            long pid,
            String address,
            List<Integer> shards,
            URI shardsUrl) {}
}
