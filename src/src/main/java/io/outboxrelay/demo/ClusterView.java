package io.outboxrelay.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/** Looks at the cluster the way an operator does, over management HTTP; any node answers for all. */
final class ClusterView implements AutoCloseable {
    private static final Duration INTERVAL = Duration.ofMillis(200);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(5);
    private static final int HTTP_OK = 200;

    private final ObjectMapper json = new ObjectMapper();
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();
    private final NodeProcesses nodes;
    private volatile ClusterState state = ClusterState.UNKNOWN;
    private volatile boolean stopping;
    private final Thread thread = new Thread(this::lookAgainAndAgain, "cluster-view");

    ClusterView(NodeProcesses nodes) {
        this.nodes = nodes;
    }

    ClusterView start() {
        thread.setDaemon(true);
        thread.start();
        return this;
    }

    ClusterState state() {
        return state;
    }

    @Override
    public void close() {
        stopping = true;
        thread.interrupt();
    }

    private void lookAgainAndAgain() {
        while (!stopping) {
            look();
            LockSupport.parkNanos(INTERVAL.toNanos());
        }
    }

    private void look() {
        ClusterState shards = lookAtShards();
        Set<Integer> ready = new HashSet<>();
        for (NodeProcess node : nodes.running()) {
            if (get(node.url("/ready")).isPresent()) {
                ready.add(node.number());
            }
        }
        state = new ClusterState(shards.askedNanos(), shards.answeredNanos(), shards.shards(), Set.copyOf(ready));
    }

    /** The first answer of any node; where none answers, what is known already. */
    private ClusterState lookAtShards() {
        for (NodeProcess node : nodes.running()) {
            long askedNanos = System.nanoTime();
            List<ShardStatus> shards =
                    get(node.url(NodeProcess.SHARDS_PATH)).map(this::shards).orElse(List.of());
            if (!shards.isEmpty()) {
                return new ClusterState(askedNanos, System.nanoTime(), shards, Set.of());
            }
        }
        return state;
    }

    /** The address of the oldest member, as a node that runs names it; empty where none says. */
    String oldest() {
        for (NodeProcess node : nodes.running()) {
            Optional<String> members = get(node.url("/cluster/members"));
            if (members.isPresent()) {
                return tree(members.get()).path("oldest").asText();
            }
        }
        return "";
    }

    private JsonNode tree(String body) {
        try {
            return json.readTree(body);
        } catch (IOException notJson) {
            return json.missingNode();
        }
    }

    private List<ShardStatus> shards(String body) {
        List<ShardStatus> shards = new ArrayList<>();
        for (JsonNode shard : tree(body).path("shards")) {
            shards.add(ShardStatus.of(shard));
        }
        return List.copyOf(shards);
    }

    /** The body of a 200; empty for any other answer and for none. */
    private Optional<String> get(URI uri) {
        try {
            HttpRequest request =
                    HttpRequest.newBuilder(uri).timeout(ANSWER_LIMIT).build();
            HttpResponse<String> answer = http.send(request, BodyHandlers.ofString());
            return answer.statusCode() == HTTP_OK ? Optional.of(answer.body()) : Optional.empty();
        } catch (IOException noAnswer) {
            return Optional.empty();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        }
    }
}
