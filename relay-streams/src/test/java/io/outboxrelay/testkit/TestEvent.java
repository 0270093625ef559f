package io.outboxrelay.testkit;

import io.outboxrelay.model.OutboxRow;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** What a test writes and recognises again: the record key (aggregate id) and the payload as text. */
public record TestEvent(@Nullable String key, String text) {

    /** What a row of a store under test holds. */
    public static TestEvent of(OutboxRow row) {
        byte[] payload = row.payload();
        return new TestEvent(row.aggregateId(), payload == null ? "" : new String(payload, StandardCharsets.UTF_8));
    }

    public byte[] payload() {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
