package io.outboxrelay.coordinator;

import io.outboxrelay.control.Pin;
import java.util.Map;
import java.util.TreeSet;

/**
 * The nodes of the cluster at one moment, by host:port. Pure.
 *
 * @param fit those that shards can be moved to, and the uid of each one's process
 * @param unfit what the others are: leaving, unreachable and so on
 */
public record Nodes(Map<String, Long> fit, Map<String, String> unfit) {
    /** Whether the process that the pin names is there and can have the shard. */
    public boolean has(Pin pin) {
        return Long.valueOf(pin.uid()).equals(fit.get(pin.node()));
    }

    /** Why no shard can be moved to `node`, which is not fit. */
    String refusal(String node) {
        String state = unfit.get(node);
        return (state == null ? "there is no node " + node + " in this cluster" : "node " + node + " is " + state)
                + ", legal: " + String.join(", ", new TreeSet<>(fit.keySet())) + ", any";
    }
}
