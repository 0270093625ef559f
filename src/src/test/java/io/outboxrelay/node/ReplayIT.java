package io.outboxrelay.node;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.outboxrelay.settings.LoadedConfig;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;

/** Whole nodes send events again while the application goes on writing. */
class ReplayIT extends ShopScene {
    private static final Duration LIMIT = Duration.ofSeconds(120);
    private static final int BEFORE = 5;

    private static List<ConsumerRecord<String, String>> records(String topic) {
        List<ConsumerRecord<String, String>> found = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", shop.kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(topic, p.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        return found;
    }

    private static boolean isReplayed(ConsumerRecord<String, String> one) {
        return one.headers().lastHeader("outbox-relay-replay") != null;
    }

    private static JsonNode post(LoadedConfig node, String path, int status) throws Exception {
        HttpResponse<String> answer = shop.send(node, "POST", path);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        return new ObjectMapper().readTree(answer.body());
    }

    private static JsonNode last(LoadedConfig node) throws Exception {
        return shop.call(node, "GET", "/outbox/orders/replays").get("replays").get(0);
    }

    private static JsonNode awaitEnd(LoadedConfig node) {
        await().atMost(LIMIT).until(() -> !last(node).get("state").asText().equals("running"));
        try {
            return last(node);
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private static void assertInOrder(List<ConsumerRecord<String, String>> records, int keys, int events) {
        Map<String, Integer> next = new HashMap<>();
        for (ConsumerRecord<String, String> one : records) {
            assertThat(Integer.parseInt(one.value())).as(one.key()).isEqualTo(next.getOrDefault(one.key(), 0));
            next.merge(one.key(), 1, Integer::sum);
        }
        assertThat(next)
                .hasSize(keys)
                .allSatisfy((key, count) -> assertThat(count).isEqualTo(events));
    }

    @Test
    void sendsEventsAgainBesideTheLiveOnesAndNeverDisturbsTheirOrder() throws Exception {
        LoadedConfig first = LoadedConfig.load(shop.config());
        LoadedConfig second = LoadedConfig.load(shop.config());
        shop.migrate(first);
        Node one = Node.start(first);
        Node two = Node.start(second);
        shop.awaitOwners(first, 2);
        for (int round = 0; round < BEFORE; round++) {
            shop.writeRound();
        }
        await().atMost(LIMIT).until(() -> records(Shop.TOPIC).size() == shop.written());
        awaitNothingInFlight(first);

        JsonNode begun =
                post(second, "/outbox/orders/replay?from=2020-01-01T00:00:00Z&perSecond=200&by=ann&reason=lost", 202);
        assertThat(post(first, "/outbox/orders/replay?key=k-1", 409)
                        .get("detail")
                        .asText())
                .contains("is not over yet");
        while (last(first).get("state").asText().equals("running")) {
            shop.writeRound();
        }
        List<ConsumerRecord<String, String>> live = assertSentAgainInOrder(awaitEnd(second), begun);
        intoAnotherTopic(first, live);
        JsonNode history = shop.call(second, "GET", "/history").get("history");
        assertThat(history.findValuesAsText("action")).startsWith("replay-done", "replay", "replay-done", "replay");
        assertThat(history.get(3).get("by").asText()).isEqualTo("ann");
        assertThat(history.get(3).get("detail").asText())
                .startsWith(begun.get("id").asText());

        stopsWithItsNode(first, one, two);
    }

    /** Returns what was sent for the first time. */
    private static List<ConsumerRecord<String, String>> assertSentAgainInOrder(JsonNode end, JsonNode begun) {
        assertThat(end.get("state").asText()).isEqualTo("done");
        assertThat(end.get("published").asInt()).isGreaterThanOrEqualTo(BEFORE * Shop.KEYS);
        await().atMost(LIMIT)
                .until(() ->
                        records(Shop.TOPIC).stream().filter(r -> !isReplayed(r)).count() == shop.written());
        List<ConsumerRecord<String, String>> live =
                records(Shop.TOPIC).stream().filter(r -> !isReplayed(r)).toList();
        List<ConsumerRecord<String, String>> again =
                records(Shop.TOPIC).stream().filter(ReplayIT::isReplayed).toList();
        assertInOrder(live, Shop.KEYS, shop.written() / Shop.KEYS);
        assertThat(again).hasSize(end.get("published").asInt()).allSatisfy(record -> {
            assertThat(new String(
                            record.headers().lastHeader("outbox-relay-replay").value(), UTF_8))
                    .isEqualTo(begun.get("id").asText());
            assertThat(record.headers().lastHeader("outbox-delivery")).isNull();
        });
        assertOfEachKeyTheFirstInOrder(again);
        return live;
    }

    private static void awaitNothingInFlight(LoadedConfig node) {
        await().atMost(LIMIT).until(() -> {
            for (JsonNode shard : shop.shards(node)) {
                if (shard.get("rowsInFlight").asInt() > 0
                        || shard.get("rowsWaiting").asInt() > 0) {
                    return false;
                }
            }
            return true;
        });
    }

    private static void assertOfEachKeyTheFirstInOrder(List<ConsumerRecord<String, String>> records) {
        Map<String, Integer> next = new HashMap<>();
        for (ConsumerRecord<String, String> one : records) {
            assertThat(Integer.parseInt(one.value())).as(one.key()).isEqualTo(next.getOrDefault(one.key(), 0));
            next.merge(one.key(), 1, Integer::sum);
        }
        assertThat(next)
                .hasSize(Shop.KEYS)
                .allSatisfy((key, count) -> assertThat(count).isGreaterThanOrEqualTo(BEFORE));
    }

    private static void intoAnotherTopic(LoadedConfig node, List<ConsumerRecord<String, String>> live)
            throws Exception {
        shop.kafka.createTopic("repair", 1);
        String event = new String(live.get(0).headers().lastHeader("id").value(), UTF_8);
        post(node, "/outbox/orders/replay?topic=repair&event=" + event + "&event=none", 202);
        JsonNode end = awaitEnd(node);
        assertThat(end.get("missing").get(0).asText()).isEqualTo("none");
        assertThat(records("repair")).singleElement().satisfies(record -> {
            assertThat(record.key()).isEqualTo(live.get(0).key());
            assertThat(record.value()).isEqualTo(live.get(0).value());
        });
    }

    private static void stopsWithItsNode(LoadedConfig config, Node one, Node two) throws Exception {
        post(config, "/outbox/orders/replay?key=k-1&perSecond=1&reason=slow", 202);
        JsonNode running = last(config);
        boolean onFirst = running.get("node")
                .asText()
                .endsWith(":" + config.settings().cluster().port());
        assertThat(onFirst).as("the oldest node runs it").isTrue();
        LoadedConfig other = LoadedConfig.load(shop.config());
        Node three = Node.start(other);
        one.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        await().atMost(LIMIT).ignoreExceptions().untilAsserted(() -> {
            JsonNode newest = shop.call(other, "GET", "/history").get("history").get(0);
            assertThat(newest.get("action").asText()).isEqualTo("replay-stopped");
            assertThat(newest.get("reason").asText()).isEqualTo("its node ends");
            assertThat(newest.get("detail").asText())
                    .startsWith(running.get("id").asText())
                    .contains(" events published");
        });
        two.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        three.stop().toCompletableFuture().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }
}
