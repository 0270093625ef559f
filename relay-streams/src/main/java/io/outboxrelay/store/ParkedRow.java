package io.outboxrelay.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A row that was put aside, as people see it. Never its payload or header values.
 *
 * @param place to go on with the list after this row
 * @param event the event id
 * @param state refused | passed | waits | held | released, see {@link Refusal.Kind}; released: it is tried again
 * @param attempts how often it was refused
 * @param payloadBytes -1 where the store does not say
 */
public record ParkedRow(
        String place,
        String event,
        @Nullable String aggregateType,
        @Nullable String aggregateId,
        @Nullable String type,
        String state,
        String reason,
        int attempts,
        Instant firstAt,
        Instant lastAt,
        long payloadBytes) {}
