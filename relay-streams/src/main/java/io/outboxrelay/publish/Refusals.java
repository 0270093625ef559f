package io.outboxrelay.publish;

import io.outboxrelay.model.OutboxRow;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Rows that Kafka refused when they were sent: nothing could tell before. Their stream fails with them, reads them again
 * and finds them here, once. Thread-safe.
 */
final class Refusals {
    private static final int MOST = 10_000;

    private final Map<String, String> reasons = new LinkedHashMap<>();
    private volatile boolean empty = true;

    synchronized void add(OutboxRow row, String reason) {
        reasons.put(row.id(), reason);
        if (reasons.size() > MOST) {
            reasons.remove(reasons.keySet().iterator().next()); // it is sent, and refused, once more
        }
        empty = false;
    }

    /** Why Kafka refused it, for the first who asks. */
    @Nullable
    String take(OutboxRow row) {
        return empty ? null : taken(row);
    }

    private synchronized @Nullable String taken(OutboxRow row) {
        String reason = reasons.remove(row.id());
        empty = reasons.isEmpty();
        return reason;
    }
}
