package io.outboxrelay.store;

import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which of the events that were sent are meant: those that meet every condition that is given.
 *
 * @param from written then or later (column created_at; the database does not keep when it was committed)
 * @param until written before
 * @param aggregateType in full, as stored
 * @param key the aggregate's id, as stored
 * @param events ids; empty: whatever the id
 * @param payloads whether payloads are wanted; otherwise they are null
 */
public record SentQuery(
        @Nullable Instant from,
        @Nullable Instant until,
        @Nullable String aggregateType,
        @Nullable String key,
        Set<String> events,
        boolean payloads) {
    public SentQuery {
        events = Set.copyOf(events);
    }
}
