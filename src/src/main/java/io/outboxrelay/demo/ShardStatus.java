package io.outboxrelay.demo;

import com.fasterxml.jackson.databind.JsonNode;
import org.jspecify.annotations.Nullable;

/** One shard as management HTTP shows it; `node` is empty where nobody owns it. */
record ShardStatus(
        int shard,
        String node,
        String phase,
        long rowsWaiting,
        double oldestWaitingSeconds,
        @Nullable String lastError) {

    static ShardStatus of(JsonNode json) {
        String error = json.path("lastError").asText("");
        return new ShardStatus(
                json.path("shard").asInt(-1),
                json.path("node").asText(""),
                json.path("phase").asText("unknown"),
                json.path("rowsWaiting").asLong(0),
                json.path("oldestWaitingSeconds").asDouble(0),
                error.isEmpty() || error.equals("null") ? null : error);
    }

    boolean relaying() {
        return phase.equalsIgnoreCase("relaying") && !node.isEmpty();
    }

    String trouble() {
        return "shard " + shard + " on " + (node.isEmpty() ? "no node" : node) + " is " + phase + ", "
                + (rowsWaiting < 0 ? "an unknown number of" : rowsWaiting) + " rows wait"
                + (lastError == null ? "" : ": " + lastError);
    }
}
