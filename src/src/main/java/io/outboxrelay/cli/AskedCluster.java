package io.outboxrelay.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.outboxrelay.cli.ManagementClient.RefusedByNode;
import java.util.ArrayList;
import java.util.List;

/** A cluster, asked through one of its nodes. */
record AskedCluster(ManagementClient node) {

    ClusterStatus status() {
        JsonNode members = node.get("/cluster/members");
        List<ClusterStatus.Answer> answers = new ArrayList<>();
        for (JsonNode outbox : node.get("/outbox").path("outboxes")) {
            answers.add(shards(outbox));
        }
        return ClusterStatus.of(members, answers);
    }

    /** An outbox that cannot be told about hides no other. */
    private ClusterStatus.Answer shards(JsonNode outbox) {
        try {
            return new ClusterStatus.Answer(outbox, shards(outbox.path("name").asText()), null);
        } catch (RefusedByNode e) {
            return new ClusterStatus.Answer(outbox, List.of(), ErrorLine.of(e));
        }
    }

    List<JsonNode> shards(String outbox) {
        List<JsonNode> shards = new ArrayList<>();
        node.get("/outbox/" + outbox + "/shards").path("shards").forEach(shards::add);
        return shards;
    }
}
