package io.outboxrelay.replay;

import io.outboxrelay.cluster.Wire;
import io.outboxrelay.store.SentQuery;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which events are to be sent again, and how: those that meet every condition that is given.
 *
 * @param from written then or later
 * @param until written before
 * @param aggregateType of the aggregate
 * @param key the aggregate's id
 * @param events ids; empty: whatever the id
 * @param topic for all of them; empty: where they were sent before
 * @param perSecond events at most; 0: as fast as Kafka takes them
 */
public record Wanted(
        @Nullable Instant from,
        @Nullable Instant until,
        @Nullable String aggregateType,
        @Nullable String key,
        List<String> events,
        String topic,
        int perSecond)
        implements Wire {
    private static final int NAMED = 3;

    public Wanted {
        events = List.copyOf(events);
    }

    /** For the store. */
    public SentQuery query() {
        return new SentQuery(from, until, aggregateType, key, Set.copyOf(events), true);
    }

    /** In words, for the history. */
    String text() {
        List<String> parts = new ArrayList<>();
        add(parts, "from ", from);
        add(parts, "until ", until);
        add(parts, "aggregate type ", aggregateType);
        add(parts, "key ", key);
        if (!events.isEmpty()) {
            String more = events.size() > NAMED ? " and " + (events.size() - NAMED) + " more" : "";
            parts.add("events " + String.join(", ", events.subList(0, Math.min(NAMED, events.size()))) + more);
        }
        if (!topic.isEmpty()) {
            parts.add("to topic " + topic);
        }
        if (perSecond > 0) {
            parts.add(perSecond + " per second");
        }
        return String.join(", ", parts);
    }

    private static void add(List<String> parts, String what, @Nullable Object value) {
        if (value != null) {
            parts.add(what + value);
        }
    }
}
