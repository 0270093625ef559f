package io.outboxrelay.client;

import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One event for the outbox. Immutable: every method returns a new event, so that a half-built one can serve as a
 * template. Needs an aggregate type, a type and a payload (or {@link #tombstone()}) before it can be written.
 */
public final class OutboxEvent {
    private final String aggregateType;
    private final @Nullable UUID id;
    private final @Nullable String key;
    private final @Nullable String type;
    private final @Nullable Payload payload;
    private final Map<String, String> headers;

    private OutboxEvent(
            String aggregateType,
            @Nullable UUID id,
            @Nullable String key,
            @Nullable String type,
            @Nullable Payload payload,
            Map<String, String> headers) {
        this.aggregateType = aggregateType;
        this.id = id;
        this.key = key;
        this.type = type;
        this.payload = payload;
        this.headers = headers;
    }

    /** Starts an event; the aggregate type decides the topic, by default `outbox.event.` followed by it. */
    public static OutboxEvent to(String aggregateType) {
        return new OutboxEvent(
                StorableText.requireNotBlank("aggregate type", aggregateType), null, null, null, null, Map.of());
    }

    /** Sets the record key, usually the aggregate's id. Events of one key keep their order; null means no key. */
    public OutboxEvent key(@Nullable String newKey) {
        if (newKey != null) {
            StorableText.require("key", newKey);
        }
        return new OutboxEvent(aggregateType, id, newKey, type, payload, headers);
    }

    /** Sets what happened, for instance `OrderPlaced`. */
    public OutboxEvent type(String newType) {
        return new OutboxEvent(aggregateType, id, key, StorableText.requireNotBlank("type", newType), payload, headers);
    }

    /** Sets the record value, byte for byte. */
    public OutboxEvent payload(byte[] bytes) {
        return new OutboxEvent(aggregateType, id, key, type, new Payload(bytes.clone()), headers);
    }

    /** Sets the record value to a text as UTF-8; it is passed on as it is and not checked to be JSON. */
    public OutboxEvent json(String text) {
        byte[] bytes = StorableText.requireUnicode("json", text).getBytes(StandardCharsets.UTF_8);
        return new OutboxEvent(aggregateType, id, key, type, new Payload(bytes), headers);
    }

    /** Makes the record value null, by which a compacted topic forgets the key. */
    public OutboxEvent tombstone() {
        return new OutboxEvent(aggregateType, id, key, type, new Payload(null), headers);
    }

    /** Adds a record header. A name can be given once only. */
    public OutboxEvent header(String name, String value) {
        StorableText.requireNotBlank("header name", name);
        StorableText.require("value of header " + name, value);
        Map<String, String> more = new LinkedHashMap<>(headers);
        if (more.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("header " + name + " is set already, legal: each name once");
        }
        return new OutboxEvent(aggregateType, id, key, type, payload, Collections.unmodifiableMap(more));
    }

    /**
     * Adds record headers, for instance the trace context that a propagator of OpenTelemetry put into a map. A name can be
     * given once only.
     */
    public OutboxEvent headers(Map<String, String> more) {
        OutboxEvent event = this;
        for (Map.Entry<String, String> header : more.entrySet()) {
            event = event.header(header.getKey(), header.getValue());
        }
        return event;
    }

    /** Sets the id by which consumers recognise a repeat. Without it the writer draws a random one. */
    public OutboxEvent id(UUID newId) {
        return new OutboxEvent(aggregateType, newId, key, type, payload, headers);
    }

    /** What decides the topic. */
    public String aggregateType() {
        return aggregateType;
    }

    /** The id, if one was set. */
    public Optional<UUID> id() {
        return Optional.ofNullable(id);
    }

    /** The record key, if there is one. */
    public Optional<String> key() {
        return Optional.ofNullable(key);
    }

    /** What happened, once it was set. */
    public Optional<String> type() {
        return Optional.ofNullable(type);
    }

    /** A copy of the record value; empty for a tombstone, and as long as none was set. */
    public Optional<byte[]> payload() {
        return Optional.ofNullable(payload).map(Payload::bytes).map(byte[]::clone);
    }

    /** The further record headers, in the order in which they were added. */
    public Map<String, String> headers() {
        return headers;
    }

    /** Refuses an event that was never given a type or a payload. */
    OutboxEvent requireComplete() {
        if (type == null) {
            throw new IllegalArgumentException("event to " + aggregateType + " has no type: call type(...)");
        }
        if (payload == null) {
            throw new IllegalArgumentException("event " + type + " to " + aggregateType
                    + " has no payload: call payload(...), json(...) or tombstone()");
        }
        return this;
    }

    /** Leaves out key, payload and headers: they may be personal data. */
    @Override
    public String toString() {
        return "OutboxEvent[aggregateType=" + aggregateType + ", type=" + type + ", id=" + id + "]";
    }

    /** Tells a tombstone (no bytes) from a payload that was never set (no Payload). */
    private static final class Payload {
        private final byte @Nullable [] bytes;

        Payload(byte @Nullable [] bytes) {
            this.bytes = bytes;
        }

        byte @Nullable [] bytes() {
            return bytes;
        }
    }
}
