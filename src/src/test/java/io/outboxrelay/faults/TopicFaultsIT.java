package io.outboxrelay.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.header.Header;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.Test;

/** Topics and rows that are not as they should be, while the shop's events go on beside them. */
class TopicFaultsIT extends FaultScene {
    private final Random random = new Random(7);

    private byte[] random(int bytes) {
        byte[] payload = new byte[bytes];
        random.nextBytes(payload);
        return payload;
    }

    private static void createTopic(Traffic traffic, int partitions, Map<String, String> configs) throws Exception {
        get(admin.createTopics(List.of(new NewTopic(traffic.topic(), partitions, (short) 3).configs(configs)))
                .all());
        kafka.awaitInSync();
    }

    private static void awaitIds(Traffic traffic, List<String> ids) {
        await().atMost(LIMIT).until(() -> traffic.read().size() >= ids.size());
        assertThat(traffic.read().stream().map(Traffic::id)).containsExactlyElementsOf(ids);
    }

    private static void awaitParked(Traffic traffic, int rows) {
        await().atMost(LIMIT).until(() -> parked(traffic).size() == rows);
    }

    @Test
    void aMissingTopicHoldsItsOwnRowsUntilItIsThereAndAgainWhenItIsDeleted() throws Exception {
        Traffic traffic = traffic();
        List<String> ids = List.of(traffic.write("a", random(10)), traffic.write("a", random(10)));
        awaitParked(traffic, 2);
        assertThat(parked(traffic).get(0).get("reason").asText()).contains(traffic.topic());
        audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
        createTopic(traffic, 1, Map.of());
        awaitIds(traffic, ids);
        get(admin.deleteTopics(List.of(traffic.topic())).all());
        List<String> later = List.of(traffic.write("a", random(10)), traffic.write("a", random(10)));
        audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
        awaitParked(traffic, 2);
        createTopic(traffic, 1, Map.of());
        awaitIds(traffic, later);
    }

    @Test
    void aRowThatIsTooLargeIsPutAsideWithItsAggregateUntilSomebodyDecides() throws Exception {
        Traffic traffic = traffic();
        createTopic(traffic, 1, Map.of("max.message.bytes", "10000"));
        List<String> ids = new ArrayList<>();
        ids.add(traffic.write("fits", random(100)));
        String large = traffic.write("large", random(20_000));
        String behind = traffic.write("large", random(100));
        ids.add(traffic.write("fits", random(100)));
        awaitParked(traffic, 2);
        awaitIds(traffic, ids);
        JsonNode row = parked(traffic).stream()
                .filter(one -> one.get("event").asText().equals(large))
                .findFirst()
                .orElseThrow();
        assertThat(row.get("reason").asText()).contains("legal: 0 to 10000").contains(traffic.topic());
        call("POST", "/outbox/orders/parked/" + large + "/skip");
        ids.add(behind);
        awaitIds(traffic, ids);
    }

    @Test
    void aRightThatIsTakenAwayHoldsTheTopicsRowsUntilItIsGivenBack() throws Exception {
        Traffic traffic = traffic();
        createTopic(traffic, 1, Map.of());
        List<String> ids = new ArrayList<>(List.of(traffic.write("a", random(10))));
        awaitIds(traffic, ids);
        AclBinding readOnly = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, traffic.topic(), PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.READ, AclPermissionType.ALLOW));
        get(admin.createAcls(List.of(readOnly)).all());
        // until the right is gone everywhere, rows still pass
        await().atMost(LIMIT).until(() -> {
            ids.add(traffic.write("a", random(10)));
            return !parked(traffic).isEmpty();
        });
        assertThat(parked(traffic).get(0).get("reason").asText())
                .contains("not authorised to write to topic " + traffic.topic());
        audit.awaitArrival(kafka.bootstrapServers(), LIMIT);
        get(admin.deleteAcls(List.of(readOnly.toFilter())).all());
        awaitIds(traffic, ids);
    }

    /** What holds: a key changes its partition once, and its events on the old one come before those on the new. */
    @Test
    void partitionsAreAddedWhileEventsFlow() throws Exception {
        Traffic traffic = traffic();
        int keys = 30;
        int versions = 100;
        createTopic(traffic, 1, Map.of());
        traffic.writeVersions(keys, 0, versions);
        get(admin.createPartitions(Map.of(traffic.topic(), NewPartitions.increaseTo(4)))
                .all());
        int written = versions;
        while (traffic.read().stream().noneMatch(found -> found.partition() > 0)) {
            traffic.writeVersions(keys, written, written += 10);
        }
        traffic.writeVersions(keys, written, written += versions);
        int all = keys * written;
        await().atMost(LIMIT).until(() -> traffic.read().size() >= all);
        Map<String, List<ConsumerRecord<byte[], byte[]>>> byKey = traffic.read().stream()
                .collect(Collectors.groupingBy(found -> new String(found.key(), StandardCharsets.UTF_8)));
        assertThat(byKey).hasSize(keys);
        for (List<ConsumerRecord<byte[], byte[]>> found : byKey.values()) {
            assertThat(found.stream().map(Traffic::version))
                    .containsExactlyElementsOf(
                            IntStream.range(0, written).boxed().toList());
        }
        assertThat(traffic.read().stream().map(ConsumerRecord::partition).distinct())
                .hasSize(4);
    }

    @Test
    void oddRowsArriveByteForByte() throws Exception {
        Traffic traffic = traffic();
        createTopic(traffic, 1, Map.of());
        byte[] everyByte = new byte[256];
        IntStream.range(0, 256).forEach(n -> everyByte[n] = (byte) n);
        String manyHeaders = IntStream.range(0, 10_000)
                .mapToObj(n -> "\"h" + n + "\": \"v" + n + "\"")
                .collect(Collectors.joining(", ", "{", "}"));
        String hugeKey = "k".repeat(200_000);
        List<String> ids = List.of(
                traffic.write("many", everyByte, manyHeaders),
                traffic.write("null", everyByte, "{\"none\": null, \"empty\": \"\"}"),
                traffic.write("", everyByte),
                traffic.write(null, everyByte),
                traffic.write("empty", new byte[0]),
                traffic.write("tombstone", null),
                traffic.write(hugeKey, everyByte));
        await().atMost(LIMIT).until(() -> traffic.read().size() >= ids.size());
        Map<String, ConsumerRecord<byte[], byte[]>> found = new HashMap<>();
        traffic.read().forEach(one -> found.put(Traffic.id(one), one));
        assertThat(found).hasSize(ids.size());
        for (int n = 0; n < 4; n++) {
            assertThat(found.get(ids.get(n)).value()).isEqualTo(everyByte);
        }
        assertThat(headers(found.get(ids.get(0))))
                .hasSizeGreaterThanOrEqualTo(10_000)
                .containsEntry("h9999", "v9999");
        assertThat(headers(found.get(ids.get(1)))).containsEntry("none", null).containsEntry("empty", "");
        assertThat(found.get(ids.get(2)).key()).isEmpty();
        assertThat(found.get(ids.get(3)).key()).isNull();
        assertThat(found.get(ids.get(4)).value()).isEmpty();
        assertThat(found.get(ids.get(5)).value()).isNull();
        assertThat(found.get(ids.get(6)).key()).isEqualTo(hugeKey.getBytes(StandardCharsets.UTF_8));
    }

    private static Map<String, String> headers(ConsumerRecord<byte[], byte[]> found) {
        Map<String, String> headers = new HashMap<>();
        for (Header header : found.headers()) {
            headers.put(
                    header.key(), header.value() == null ? null : new String(header.value(), StandardCharsets.UTF_8));
        }
        return headers;
    }

    @Test
    void everyHundredthRowIsPoisonAndTheOthersKeepTheirPace() throws Exception {
        Traffic healthy = traffic();
        createTopic(healthy, 3, Map.of("max.message.bytes", "10000"));
        long healthyNanos = storm(healthy, 0);
        Traffic poisoned = traffic();
        createTopic(poisoned, 3, Map.of("max.message.bytes", "10000"));
        long poisonedNanos = storm(poisoned, 100);
        System.out.println("4000 rows took " + healthyNanos / 1_000_000 + " ms, with every 100th poison "
                + poisonedNanos / 1_000_000 + " ms");
        awaitParked(poisoned, 40);
        assertThat(poisonedNanos).isLessThan(3 * healthyNanos + 3_000_000_000L);
    }

    /** Commits 4,000 rows at once, every so manieth of them poison of a key of its own, and waits for the others. */
    private long storm(Traffic traffic, int poisonEvery) throws Exception {
        int rows = 4_000;
        int healthy = 0;
        try (Connection connection = audit.connect()) {
            connection.setAutoCommit(false);
            for (int n = 0; n < rows; n++) {
                boolean poison = poisonEvery > 0 && n % poisonEvery == 0;
                healthy += poison ? 0 : 1;
                traffic.write(
                        connection,
                        poison ? "bad" + n : "k" + n % 50,
                        poison ? random(20_000) : Integer.toString(n).getBytes(StandardCharsets.UTF_8),
                        null);
            }
            connection.commit();
        }
        long began = System.nanoTime();
        int expected = healthy;
        await().atMost(LIMIT).until(() -> traffic.read().size() >= expected);
        long took = System.nanoTime() - began;
        Map<String, Integer> last = new HashMap<>();
        for (ConsumerRecord<byte[], byte[]> found : traffic.read()) {
            int version = Traffic.version(found);
            Integer before = last.put(new String(found.key(), StandardCharsets.UTF_8), version);
            assertThat(before == null || before < version)
                    .as("order at %d", version)
                    .isTrue();
        }
        assertThat(traffic.read()).hasSize(expected);
        return took;
    }
}
