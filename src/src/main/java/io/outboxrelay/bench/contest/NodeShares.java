package io.outboxrelay.bench.contest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.typesafe.config.ConfigFactory;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until the nodes of a relay have found each other and share the shards. */
final class NodeShares {
    private static final long LIMIT_SECONDS = 120;
    private static final long LOOK_MILLIS = 200;

    private NodeShares() {}

    /**
     * Returns once every shard is relayed, by all nodes alike.
     *
     * @throws IOException if that does not happen in time
     */
    static void awaitEven(Trial trial, int nodes) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        int port = ConfigFactory.parseFile(trial.folder(0).resolve("node.conf").toFile())
                .getInt("outbox-relay.management.port");
        URI shards = URI.create("http://127.0.0.1:" + port + "/outbox/orders/shards");
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_SECONDS);
        while (!even(http, shards, nodes)) {
            trial.requireAlive();
            if (System.nanoTime() > deadline) {
                throw new IOException(
                        nodes + " nodes do not share the shards after " + LIMIT_SECONDS + " s; logs: " + trial.log(0));
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(LOOK_MILLIS));
        }
    }

    private static boolean even(HttpClient http, URI shards, int nodes) throws InterruptedException {
        Map<String, Integer> owned = new HashMap<>();
        try {
            HttpResponse<String> answer =
                    http.send(HttpRequest.newBuilder(shards).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                return false;
            }
            for (JsonNode shard : new ObjectMapper().readTree(answer.body()).path("shards")) {
                if (!shard.path("phase").asText().equalsIgnoreCase("relaying")) {
                    return false;
                }
                owned.merge(shard.path("node").asText(), 1, Integer::sum);
            }
        } catch (IOException notYet) {
            return false; // it is starting
        }
        Collection<Integer> shares = owned.values();
        return owned.size() == nodes && Collections.max(shares) - Collections.min(shares) <= 1;
    }
}
