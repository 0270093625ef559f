package io.outboxrelay.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One event as its writer committed it. `seq` orders the rows of a shard, `id` is what consumers recognise a repeat
 * by, `headers` is a JSON object of further record headers.
 *
 * @param txid the transaction that wrote it, by which the row is found again; 0 where the store does not know it
 * @param defect why it can never be published as it is stored, or null; then what cannot be read is empty or null
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
        Instant createdAt,
        long txid,
        @Nullable String defect) {

    /** A row that can be published, of a store that does not know its transaction. */
    public OutboxRow(
            long seq,
            String id,
            String aggregateType,
            @Nullable String aggregateId,
            String type,
            byte @Nullable [] payload,
            @Nullable String headers,
            Instant createdAt) {
        this(seq, id, aggregateType, aggregateId, type, payload, headers, createdAt, 0, null);
    }

    /** Never shows the payload or header values. */
    @Override
    public String toString() {
        return "row " + seq + " (event " + id + ", " + aggregateType + ")";
    }

    /** Null where the row has no order to be kept. */
    public @Nullable Aggregate aggregate() {
        return aggregateId == null ? null : new Aggregate(aggregateType, aggregateId);
    }

    public int payloadBytes() {
        return payload == null ? 0 : payload.length;
    }

    /** What it weighs in memory, about: payload, key and headers. */
    public long weight() {
        return (long) payloadBytes() + length(aggregateId) + length(headers);
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
