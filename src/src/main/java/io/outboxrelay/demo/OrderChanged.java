package io.outboxrelay.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;

/**
 * The payload of an event. `attempt` is the number in the event's id; `writtenMicros` is the wall clock just before the
 * commit, 0 where the transaction stayed open on purpose.
 */
record OrderChanged(String order, long version, int attempt, long writtenMicros) {
    private static final ObjectMapper JSON = new ObjectMapper();

    String toJson() {
        try {
            return JSON.writeValueAsString(this);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("order " + order + " cannot be written as JSON", e);
        }
    }

    static OrderChanged parse(byte[] json) throws IOException {
        return JSON.readValue(json, OrderChanged.class);
    }
}
