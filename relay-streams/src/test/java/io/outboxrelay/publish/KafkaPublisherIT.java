package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.model.Position;
import io.outboxrelay.model.ShardId;
import io.outboxrelay.sandbox.SandboxKafka;
import io.outboxrelay.settings.KafkaSettings;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.testkit.TestSettings;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Materializer;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.Source;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class KafkaPublisherIT {
    private static final ShardId SHARD = new ShardId("orders", 0);
    private static SandboxKafka kafka;
    private static ActorTestKit kit;

    private record Mark(int chunk) implements Position {}

    @BeforeAll
    static void start() {
        kafka = SandboxKafka.start();
        kit = ActorTestKit.create();
    }

    @AfterAll
    static void stop() {
        kit.shutdownTestKit();
        kafka.close();
    }

    private static OutboxRow row(String type, int n, byte[] payload) {
        return new OutboxRow(n, "event-" + n, type, "key", "T", payload, null, Instant.EPOCH.plusSeconds(n));
    }

    private static List<Chunk> chunks(String type, int chunks, int rowsEach) {
        return IntStream.range(0, chunks)
                .mapToObj(c -> new Chunk(
                        SHARD,
                        IntStream.range(c * rowsEach, (c + 1) * rowsEach)
                                .mapToObj(n -> row(type, n, Integer.toString(n).getBytes(StandardCharsets.UTF_8)))
                                .toList(),
                        new Mark(c)))
                .toList();
    }

    private static KafkaPublisher publisher() {
        return KafkaPublisher.open(
                kit.system(), TestSettings.outbox(TestSettings.NO_DATABASE, kafka.bootstrapServers(), 1));
    }

    private static List<Chunk> publish(KafkaPublisher publisher, List<Chunk> chunks) throws Exception {
        return deliver(publisher, chunks).stream().map(Delivery::chunk).toList();
    }

    private static List<Delivery> deliver(KafkaPublisher publisher, List<Chunk> chunks) throws Exception {
        CompletionStage<List<Delivery>> done = Source.from(chunks)
                .via(publisher.flow(Gate.to(TestSettings.PUBLISHER)))
                .runWith(Sink.seq(), Materializer.matFromSystem(kit.system()));
        return done.toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    private static List<String> values(String topic, int count) {
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            consumer.assign(consumer.partitionsFor(topic).stream()
                    .map(p -> new TopicPartition(p.topic(), p.partition()))
                    .toList());
            long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            while (values.size() < count && System.nanoTime() < deadline) {
                for (ConsumerRecord<byte[], byte[]> found : consumer.poll(Duration.ofMillis(200))) {
                    values.add(new String(found.value(), StandardCharsets.UTF_8));
                }
            }
        }
        return values;
    }

    @Test
    void chunksComeOutInOrderOnceTheirRowsAreInTheTopicInOrder() throws Exception {
        KafkaPublisher publisher = publisher();
        List<Chunk> sent = new ArrayList<>(chunks("Ordered", 40, 50));
        sent.add(7, new Chunk(SHARD, List.of(), new Mark(-1)));
        assertThat(publish(publisher, sent)).isEqualTo(sent);
        assertThat(values("outbox.event.Ordered", 2_000))
                .isEqualTo(IntStream.range(0, 2_000).mapToObj(Integer::toString).toList());
        publisher.close().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    /** While a topic is being created its leader refuses batches one moment and takes them the next. */
    @Test
    void topicsThatAreOnlyJustCreatedReceiveTheirRowsInOrder() throws Exception {
        KafkaPublisher publisher = publisher();
        for (int topic = 0; topic < 15; topic++) {
            kafka.createTopic("outbox.event.Fresh" + topic, 1);
            publish(publisher, chunks("Fresh" + topic, 20, 50));
            assertThat(values("outbox.event.Fresh" + topic, 1_000))
                    .isEqualTo(IntStream.range(0, 1_000)
                            .mapToObj(Integer::toString)
                            .toList());
        }
        publisher.close().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void aRecordThatIsTooLargeIsRefusedAndThePublisherGoesOnWorking() throws Exception {
        KafkaPublisher publisher = publisher();
        Chunk huge = new Chunk(SHARD, List.of(row("Huge", 1, new byte[2 << 20])), new Mark(0));
        assertThat(deliver(publisher, List.of(huge)))
                .singleElement()
                .satisfies(delivery -> assertThat(delivery.refusals())
                        .extracting(Refusal::kind)
                        .containsExactly(Refusal.Kind.REFUSED));
        assertThat(publish(publisher, chunks("Huge", 1, 3))).hasSize(1);
        publisher.close().toCompletableFuture().get(60, TimeUnit.SECONDS);
    }

    @Test
    void aPropertyThatWouldBreakAPromiseIsRefused() {
        KafkaSettings careless =
                new KafkaSettings("127.0.0.1:9092", KafkaSettings.Compression.LZ4, Map.of("acks", "1"));
        assertThatThrownBy(() -> ProducerProperties.of("orders", careless, 1_000))
                .hasMessageContaining("acks = 1")
                .hasMessageContaining("legal: all");
    }

    @Test
    void kafkaThatIsNotThereIsNamed() {
        KafkaSettings nowhere = new KafkaSettings("127.0.0.1:1", KafkaSettings.Compression.LZ4, Map.of());
        assertThatThrownBy(() -> KafkaCheck.reach(nowhere).toCompletableFuture().get(60, TimeUnit.SECONDS))
                .cause()
                .hasMessageContaining("Kafka at 127.0.0.1:1");
        assertThat(KafkaCheck.reach(
                        new KafkaSettings(kafka.bootstrapServers(), KafkaSettings.Compression.LZ4, Map.of())))
                .succeedsWithin(Duration.ofSeconds(60));
    }

    @Test
    void openingAndClosingManyTimesLeavesNoThreadBehind() throws Exception {
        for (int n = 0; n < 20; n++) {
            KafkaPublisher publisher = publisher();
            publish(publisher, chunks("Stress", 2, 5));
            publisher.close().toCompletableFuture().get(60, TimeUnit.SECONDS);
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> thread.getName().contains("outbox-relay-orders")))
                .isEmpty();
    }
}
