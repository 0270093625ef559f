package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.settings.PublisherSettings;
import io.outboxrelay.settings.PublisherSettings.OnPoison;
import io.outboxrelay.store.Refusal.Kind;
import io.outboxrelay.testkit.Waits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.admin.DescribeTopicsOptions;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.Test;

/** Everything a real broker can have against a record or a topic, provoked. */
class KafkaErrorsIT extends BrokerScene {

    /** Why the relay's publisher is more than a producer: the same records through Kafka's own, one by one re-sent. */
    @Test
    void aNaiveProducerPutsWhatWasRefusedBehindWhatCameAfterIt() throws Exception {
        createTopic(Map.of("max.message.bytes", "2000"));
        List<byte[]> values = List.of(random(4_000), random(10), random(10));
        try (KafkaProducer<byte[], byte[]> naive = new KafkaProducer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "batch.size", 0),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int n = 0; n < 3; n++) {
                sent.add(naive.send(naiveRecord(n, values.get(n))));
            }
            for (int n = 0; n < 3; n++) {
                try {
                    sent.get(n).get(60, TimeUnit.SECONDS);
                } catch (ExecutionException e) {
                    assertThat(e).hasCauseInstanceOf(RecordTooLargeException.class);
                    limit(10_000);
                    naive.send(naiveRecord(n, values.get(n))).get(60, TimeUnit.SECONDS);
                }
            }
        }
        assertThat(log()).containsExactly("2", "3", "1");
    }

    private ProducerRecord<byte[], byte[]> naiveRecord(int n, byte[] value) {
        ProducerRecord<byte[], byte[]> message =
                new ProducerRecord<>(topic(), "key".getBytes(StandardCharsets.UTF_8), value);
        message.headers().add("id", Integer.toString(n + 1).getBytes(StandardCharsets.UTF_8));
        return message;
    }

    /** The limit falls after the topic was looked at: only Kafka's answer tells. */
    @Test
    void nothingComesAfterWhatKafkaRefusesUntilItIsDecided() {
        createTopic(Map.of("max.message.bytes", "20000"));
        deliver(chunk(row("other", "0", 10)));
        limit(2_000);
        Chunk[] chunks = {
            chunk(row("key", "1", 4_000)), chunk(row("key", "2", 10)), chunk(row("key", "3", 10), row("other", "4", 10))
        };
        RelayException failure = failure(chunks);
        assertThat(failure.fault()).isEqualTo(Fault.TRANSIENT);
        assertThat(failure).hasMessageContaining(topic()).hasMessageContaining("RecordTooLarge");
        assertThat(log()).containsExactly("0");

        assertThat(kinds(deliver(chunks))).containsExactly(Kind.REFUSED, Kind.WAITS, Kind.WAITS);
        assertThat(log()).containsExactly("0", "4");
    }

    @Test
    void aRowTheTopicIsTooSmallForIsRefusedBeforeItIsSentAndOneThatCompressesIsNot() {
        createTopic(Map.of("max.message.bytes", "2000"));
        List<Delivery> delivered = deliver(
                chunk(row("big", "1", 4_000), row(type, "zeros", "2", new byte[100_000]), row("small", "3", 10)));
        assertThat(delivered.get(0).refusals()).singleElement().satisfies(refusal -> {
            assertThat(refusal.kind()).isEqualTo(Kind.REFUSED);
            assertThat(refusal.reason()).contains("legal: 0 to 2000").contains(topic());
        });
        assertThat(log()).containsExactly("2", "3");
    }

    @Test
    void batchesAreNoLargerThanTheStrictestTopicTakes() {
        createTopic(Map.of("max.message.bytes", "5000"));
        OutboxRow[] rows = IntStream.range(0, 200)
                .mapToObj(n -> row("key", Integer.toString(n), 1_000))
                .toArray(OutboxRow[]::new);
        RelayException adapted = failure(chunk(rows));
        assertThat(adapted).hasMessageContaining("5000 bytes");
        deliver(chunk(rows));
        assertThat(log())
                .isEqualTo(IntStream.range(0, 200).mapToObj(Integer::toString).toList());
    }

    @Test
    void aRowWithoutAKeyIsRefusedByACompactedTopic() {
        createTopic(Map.of("cleanup.policy", "compact"));
        List<Delivery> delivered = deliver(chunk(row(type, null, "1", random(10)), row("key", "2", 10)));
        assertThat(kinds(delivered)).containsExactly(Kind.REFUSED);
        assertThat(delivered.get(0).refusals().get(0).reason()).contains("compacted");
        assertThat(log()).containsExactly("2");
    }

    @Test
    void aMissingTopicHoldsItsOwnRowsAndTheyGoOnceItIsThere() {
        String there = "There" + type;
        createTopic("outbox.event." + there, Map.of());
        assertThat(kinds(deliver(chunk(row("a", "1", 10), row(there, "b", "2", random(10)), row("a", "3", 10)))))
                .containsExactly(Kind.HELD, Kind.WAITS);
        assertThat(log("outbox.event." + there)).hasSize(1);
        createTopic(Map.of());
        deliverUntilThere(row("a", "1", 10), row("a", "3", 10));
        assertThat(log()).containsExactly("1", "3");
    }

    /** What a shard does when it is told to try again. */
    private void deliverUntilThere(OutboxRow... rows) {
        await().atMost(LIMIT).until(() -> kinds(deliver(chunk(rows))).isEmpty());
    }

    @Test
    void theGateLearnsWhenATopicIsThere() {
        AtomicInteger held = new AtomicInteger();
        Source.single(chunk(row("a", "1", 10)))
                .concat(Source.maybe())
                .via(publisher.flow(gate()))
                .runForeach(delivery -> held.incrementAndGet(), Materializer.matFromSystem(kit.system()));
        await().atMost(LIMIT).until(() -> held.get() == 1);
        assertThat(triedAgain).hasValue(0);
        createTopic(Map.of());
        await().atMost(LIMIT).until(() -> triedAgain.get() > 0);
    }

    @Test
    void aDeniedTopicHoldsItsOwnRowsAndSaysWhy() {
        String allowed = "Allowed" + type;
        createTopic(Map.of());
        createTopic("outbox.event." + allowed, Map.of());
        AclBinding denied = new AclBinding(
                new ResourcePattern(ResourceType.TOPIC, topic(), PatternType.LITERAL),
                new AccessControlEntry("User:ANONYMOUS", "*", AclOperation.DESCRIBE, AclPermissionType.ALLOW));
        Waits.get(admin.createAcls(List.of(denied)).all().toCompletionStage(), LIMIT);
        await().atMost(LIMIT).until(this::isDenied);
        List<Delivery> delivered = deliver(chunk(row("a", "1", 10), row(allowed, "a", "2", random(10))));
        assertThat(kinds(delivered)).containsExactly(Kind.HELD);
        assertThat(delivered.get(0).refusals().get(0).reason()).contains("not authorised to write to topic " + topic());
        assertThat(log("outbox.event." + allowed)).hasSize(1);
        Waits.get(admin.deleteAcls(List.of(denied.toFilter())).all().toCompletionStage(), LIMIT);
        deliverUntilThere(row("a", "1", 10));
        assertThat(log()).containsExactly("1");
    }

    private boolean isDenied() {
        return !Waits.get(
                        admin.describeTopics(
                                        List.of(topic()), new DescribeTopicsOptions().includeAuthorizedOperations(true))
                                .allTopicNames()
                                .toCompletionStage(),
                        LIMIT)
                .get(topic())
                .authorizedOperations()
                .contains(AclOperation.WRITE);
    }

    /** Known and allowed when it was looked at: the client would wait for its return for ever. */
    @Test
    void rowsOnTheirWayToATopicThatIsDeletedTurnBack() {
        createTopic(Map.of());
        deliver(chunk(row("a", "0", 10)));
        Waits.get(admin.deleteTopics(List.of(topic())).all().toCompletionStage(), LIMIT);
        RelayException failure = failure(chunk(row("a", "1", 10)));
        assertThat(failure).hasMessageContaining("topic " + topic() + " does not exist");
        assertThat(failure.fault()).isEqualTo(Fault.TRANSIENT);
        assertThat(kinds(deliver(chunk(row("a", "1", 10))))).containsExactly(Kind.HELD);
    }

    @Test
    void whatIsRefusedGoesToTheDeadLetterTopicWithItsReason() {
        String dead = "dead-" + type;
        createTopic(dead, Map.of());
        createTopic(Map.of("max.message.bytes", "2000"));
        Waits.get(publisher.close(), LIMIT);
        publisher = publisher(withDeadLetters(dead));
        OutboxRow big = row("big", "1", 4_000);
        deliver(chunk(big, row("big", "2", 10), row("small", "3", 10)));
        assertThat(log(dead)).singleElement().satisfies(letter -> {
            assertThat(id(letter)).isEqualTo("1");
            assertThat(letter.value()).isEqualTo(big.payload());
            assertThat(header(letter, "dead-letter-reason")).contains("legal: 0 to 2000");
            assertThat(header(letter, "dead-letter-outbox")).isEqualTo("orders");
        });
        assertThat(log()).containsExactly("3");
    }

    @Test
    void aDeadLetterThatIsTooLargeItselfComesWithoutItsPayload() {
        String dead = "dead-" + type;
        createTopic(dead, Map.of("max.message.bytes", "3000"));
        createTopic(Map.of("max.message.bytes", "3000"));
        Waits.get(publisher.close(), LIMIT);
        publisher = publisher(withDeadLetters(dead));
        deliver(chunk(row("big", "1", 4_000), row("small", "2", 10)));
        assertThat(log(dead)).singleElement().satisfies(letter -> {
            assertThat(id(letter)).isEqualTo("1");
            assertThat(letter.value()).isNull();
            assertThat(header(letter, "dead-letter-payload")).contains("left out");
        });
        assertThat(log()).containsExactly("2");
    }

    @Test
    void aMissingDeadLetterTopicStopsTheShardBeforeItsFirstLetter() {
        createTopic(Map.of("max.message.bytes", "2000"));
        Waits.get(publisher.close(), LIMIT);
        publisher = publisher(withDeadLetters("none-" + type));
        assertThat(kinds(deliver(chunk(row("small", "1", 10))))).isEmpty();
        RelayException failure = failure(chunk(row("big", "2", 4_000)));
        assertThat(failure.fault()).isEqualTo(Fault.MISCONFIGURED);
        assertThat(failure).hasMessageContaining("dead-letter-topic none-" + type);
    }

    private static PublisherSettings withDeadLetters(String topic) {
        return new PublisherSettings(
                PublisherSettings.Delivery.AT_LEAST_ONCE,
                800,
                OnPoison.PARK_AND_BLOCK_KEY,
                topic,
                100,
                Duration.ofMillis(200),
                "");
    }
}
