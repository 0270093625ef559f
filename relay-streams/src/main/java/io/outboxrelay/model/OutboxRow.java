package io.outboxrelay.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One event as its writer committed it. `seq` orders the rows of a shard, `id` is what consumers recognise a repeat
 * by, `headers` is a JSON object of further record headers.
 */
@SuppressWarnings("ArrayRecordComponent") // a payload is handed on, never compared
public record OutboxRow(
        long seq,
        String id,
        String aggregateType,
        @Nullable String aggregateId,
        String type,
        byte @Nullable [] payload,
        @Nullable String headers,
        Instant createdAt) {

    /** Never shows the payload or header values. */
    @Override
    public String toString() {
        return "row " + seq + " (event " + id + ", " + aggregateType + ")";
    }

    public int payloadBytes() {
        return payload == null ? 0 : payload.length;
    }
}
