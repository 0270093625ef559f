package io.outboxrelay.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.settings.LoadedConfig;
import io.outboxrelay.store.Owner;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole nodes on a real PostgreSQL and a real Kafka. */
class NodeIT {
    private static final Duration LIMIT = Duration.ofSeconds(120);

    @TempDir
    Path folder;

    private Shop shop;

    @BeforeEach
    void open() {
        shop = new Shop(folder);
    }

    @AfterEach
    void close() {
        shop.close();
    }

    private static void stop(Node node) throws Exception {
        node.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void shardsMoveUnderLoadWhenANodeJoinsAndWhenItLeavesAndNothingIsRepeated() throws Exception {
        LoadedConfig first = LoadedConfig.load(shop.config());
        LoadedConfig second = LoadedConfig.load(shop.config());
        shop.migrate(first);
        Node one = Node.start(first);
        CompletableFuture<Node> joining = CompletableFuture.supplyAsync(() -> Node.start(second));
        while (!joining.isDone()) {
            shop.writeRound();
        }
        Node two = joining.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        shop.awaitOwners(first, 2);
        CompletableFuture<Void> leaving = CompletableFuture.runAsync(
                () -> two.stop().toCompletableFuture().join());
        while (!leaving.isDone()) {
            shop.writeRound();
        }
        leaving.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        shop.awaitOwners(first, 1);
        shop.writeRound();
        shop.assertExactlyWhatWasWritten();
        assertThat(shop.send(first, "GET", "/ready").statusCode()).isEqualTo(200);
        assertThat(shop.send(first, "GET", "/alive").statusCode()).isEqualTo(200);
        assertThat(shop.send(first, "GET", "/metrics").body())
                .contains("\noutbox_relay_rows_settled_total{outbox=\"orders\",shard=\"0\"} ");
        assertThat(shop.send(first, "POST", "/metrics").statusCode()).isEqualTo(405);
        assertThat(shop.call(first, "GET", "/cluster/members").get("members")).hasSize(1);
        stop(one);
    }

    @Test
    void aPausedShardStaysPausedAfterTheWholeClusterRestartsAndGoesOnWhenResumed() throws Exception {
        LoadedConfig config = LoadedConfig.load(shop.config());
        shop.migrate(config);
        Node node = Node.start(config);
        shop.awaitOwners(config, 1);
        shop.call(config, "POST", "/outbox/orders/shards/3/pause?by=test&reason=maintenance");
        await().atMost(LIMIT).until(() -> phase(config, 3).equals("paused"));
        shop.writeRound();
        stop(node);

        Node again = Node.start(config);
        await().atMost(LIMIT).ignoreExceptions().until(() -> phase(config, 2).equals("relaying"));
        await().atMost(LIMIT).until(() -> phase(config, 3).equals("paused"));
        await().atMost(LIMIT)
                .until(() -> shop.shards(config).get(3).get("rowsWaiting").asInt() > 0);
        assertThat(shop.topic()).hasSizeLessThan(shop.written());
        shop.call(config, "POST", "/outbox/orders/shards/3/resume");
        shop.assertExactlyWhatWasWritten();
        stop(again);
    }

    private String phase(LoadedConfig config, int shard) throws Exception {
        return shop.call(config, "GET", "/outbox/orders/shards/" + shard)
                .get("phase")
                .asText();
    }

    @Test
    void aShardStartsAnewAndMovesUnderLoadAndNothingIsRepeated() throws Exception {
        LoadedConfig first = LoadedConfig.load(shop.config());
        LoadedConfig second = LoadedConfig.load(shop.config());
        shop.migrate(first);
        Node one = Node.start(first);
        Node two = Node.start(second);
        shop.awaitOwners(first, 2);
        String shard = "/outbox/orders/shards/0";
        JsonNode restarting = accepted(first, shard + "/restart?by=test&reason=odd");
        writeUntil(
                first,
                shard,
                status -> status.get("epoch").asLong() > restarting.get("epoch").asLong()
                        && status.get("phase").asText().equals("relaying"));
        String from = shop.call(first, "GET", shard).get("node").asText();
        String to = Owner.of(one.system()).equals(from) ? Owner.of(two.system()) : Owner.of(one.system());
        JsonNode moving = accepted(second, shard + "/move?by=test&reason=hot&to=" + to);
        assertThat(moving.get("from").asText()).isEqualTo(from);
        writeUntil(
                first,
                shard,
                status -> status.get("node").asText().equals(to)
                        && status.get("phase").asText().equals("relaying"));
        JsonNode pinned = shop.call(second, "GET", "/outbox/orders").get("pinned");
        assertThat(pinned.findValuesAsText("node")).containsExactly(to);
        await().atMost(LIMIT)
                .until(() -> shop.call(second, "GET", "/outbox/orders/purge")
                                .get("parts")
                                .size()
                        == 4);
        shop.writeRound();
        shop.assertExactlyWhatWasWritten();
        stop(two);
        stop(one);
    }

    private JsonNode accepted(LoadedConfig asked, String path) throws Exception {
        HttpResponse<String> answer = shop.send(asked, "POST", path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        return new ObjectMapper().readTree(answer.body());
    }

    private void writeUntil(LoadedConfig asked, String path, Predicate<JsonNode> reached) {
        await().atMost(LIMIT).until(() -> {
            shop.writeRound();
            return reached.test(shop.call(asked, "GET", path));
        });
    }

    @Test
    void theNumberOfShardsChangesUnderLoadAndNothingIsRepeated() throws Exception {
        LoadedConfig first = LoadedConfig.load(shop.config());
        LoadedConfig second = LoadedConfig.load(shop.config());
        shop.migrate(first);
        Node one = Node.start(first);
        Node two = Node.start(second);
        shop.awaitOwners(first, 2);
        for (int shards : List.of(13, 2, 8)) {
            assertThat(shop.send(second, "POST", "/outbox/orders/reshard?shards=" + shards)
                            .statusCode())
                    .isEqualTo(202);
            do {
                shop.writeRound();
            } while (!isDealt(first, shards));
            assertThat(shop.shards(first)).hasSize(shards);
        }
        shop.writeRound();
        shop.assertExactlyWhatWasWritten();
        stop(two);
        stop(one);
    }

    private boolean isDealt(LoadedConfig node, int shards) throws Exception {
        JsonNode outbox = shop.call(node, "GET", "/outbox/orders");
        return outbox.get("reshardingTo").isNull() && outbox.get("shards").asInt() == shards;
    }

    @Test
    void databaseAndKafkaMayGoAwayForAWhile() throws Exception {
        LoadedConfig config = LoadedConfig.load(shop.config());
        shop.migrate(config);
        Node node = Node.start(config);
        shop.awaitOwners(config, 1);
        shop.writeRound();
        await().atMost(LIMIT).until(() -> shop.topic().size() >= shop.written());
        shop.postgres.restartImmediately();
        shop.writeRound();
        await().atMost(LIMIT).until(() -> ids().size() >= shop.written());
        assertThat(reach(config, "database").get("primary").asBoolean()).isTrue();
        assertThat(reach(config, "kafka").get("reachable").asBoolean()).isTrue();
        shop.kafka.stop();
        await().atMost(LIMIT)
                .until(() -> !reach(config, "kafka").get("reachable").asBoolean());
        assertThat(reach(config, "kafka").get("lastError").asText()).contains("Kafka");
        assertThat(reach(config, "database").get("reachable").asBoolean()).isTrue();
        shop.writeRound();
        shop.kafka.startAgain();
        await().atMost(LIMIT).until(() -> ids().size() >= shop.written());
        stop(node);
    }

    private JsonNode reach(LoadedConfig node, String what) throws Exception {
        return shop.call(node, "GET", "/outbox/orders/reachability").get(what);
    }

    private Set<String> ids() {
        Set<String> ids = new HashSet<>();
        shop.topic().forEach(found -> ids.add(found.id()));
        return ids;
    }
}
