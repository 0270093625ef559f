package io.outboxrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxKafkaIT {
    @TempDir
    Path parent;

    @Test
    void keepsRecordsAndServesConsumerGroups() throws Exception {
        try (SandboxKafka kafka = SandboxKafka.start(parent)) {
            kafka.createTopic("orders", 1);
            send(kafka, "orders", "a");
            send(kafka, "orders", "b");

            assertThat(consume(kafka, "orders", 2)).containsExactly("a", "b");
        }
    }

    @Test
    void createsTopicsOnFirstUseWithThreePartitions() throws Exception {
        try (SandboxKafka kafka = SandboxKafka.start(parent)) {
            send(kafka, "surprise", "a");

            assertThat(partitions(kafka, "surprise")).isEqualTo(3);
        }
    }

    @Test
    void servesTransactions() throws Exception {
        try (SandboxKafka kafka = SandboxKafka.start(parent);
                KafkaProducer<String, String> producer = producer(kafka, Map.of("transactional.id", "shard-1"))) {
            kafka.createTopic("orders", 1);
            producer.initTransactions();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", "aborted"));
            producer.abortTransaction();
            producer.beginTransaction();
            producer.send(new ProducerRecord<>("orders", "committed"));
            producer.commitTransaction();

            assertThat(consume(kafka, "orders", 1)).containsExactly("committed");
        }
    }

    @Test
    void passesPropertiesToTheBroker() throws Exception {
        try (SandboxKafka kafka = SandboxKafka.start(parent, Map.of("num.partitions", "5"))) {
            send(kafka, "surprise", "a");

            assertThat(partitions(kafka, "surprise")).isEqualTo(5);
        }
    }

    @Test
    void namesTheTopicThatCannotBeCreated() {
        try (SandboxKafka kafka = SandboxKafka.start(parent)) {
            kafka.createTopic("orders", 1);

            assertThatThrownBy(() -> kafka.createTopic("orders", 2))
                    .hasMessageContaining("orders")
                    .hasRootCauseInstanceOf(TopicExistsException.class);
        }
    }

    @Test
    void returnsWithItsRecordsOnTheSamePortAfterAStop() throws Exception {
        try (SandboxKafka kafka = SandboxKafka.start(parent)) {
            kafka.createTopic("orders", 1);
            send(kafka, "orders", "before");
            String address = kafka.bootstrapServers();

            kafka.stop();
            assertThat(LoopbackPort.isFree(portOf(address))).isTrue();
            kafka.startAgain();

            assertThat(kafka.bootstrapServers()).isEqualTo(address);
            send(kafka, "orders", "after");
            assertThat(consume(kafka, "orders", 2)).containsExactly("before", "after");
        }
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void leavesNoFolderAndNoPortBehindHoweverOftenItIsStarted() throws Exception {
        for (int round = 0; round < 3; round++) {
            SandboxKafka kafka = SandboxKafka.start(parent);
            send(kafka, "orders", "a");

            kafka.close();
            kafka.close();

            assertThat(parent).isEmptyDirectory();
            assertThat(LoopbackPort.isFree(portOf(kafka.bootstrapServers()))).isTrue();
        }
    }

    @Test
    void leavesNothingBehindWhenTheBrokerRefusesToStart() {
        assertThatThrownBy(() -> SandboxKafka.start(parent, Map.of("num.io.threads", "0")))
                .hasMessageContaining("num.io.threads");
        assertThat(parent).isEmptyDirectory();
    }

    private static int portOf(String bootstrapServers) {
        return Integer.parseInt(bootstrapServers.substring(bootstrapServers.indexOf(':') + 1));
    }

    private static int partitions(SandboxKafka kafka, String topic) throws ExecutionException, InterruptedException {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", kafka.bootstrapServers()))) {
            return admin.describeTopics(List.of(topic))
                    .allTopicNames()
                    .get()
                    .get(topic)
                    .partitions()
                    .size();
        }
    }

    private static void send(SandboxKafka kafka, String topic, String value) throws Exception {
        try (KafkaProducer<String, String> producer = producer(kafka, Map.of())) {
            producer.send(new ProducerRecord<>(topic, value)).get(60, TimeUnit.SECONDS);
        }
    }

    private static KafkaProducer<String, String> producer(SandboxKafka kafka, Map<String, Object> further) {
        Map<String, Object> settings = new HashMap<>(further);
        settings.put("bootstrap.servers", kafka.bootstrapServers());
        return new KafkaProducer<>(settings, new StringSerializer(), new StringSerializer());
    }

    private static List<String> consume(SandboxKafka kafka, String topic, int atLeast) {
        Map<String, Object> settings = Map.of(
                "bootstrap.servers", kafka.bootstrapServers(),
                "group.id", "test",
                "isolation.level", "read_committed",
                "auto.offset.reset", "earliest");
        List<String> values = new ArrayList<>();
        long deadline = System.nanoTime() + Duration.ofSeconds(60).toNanos();
        try (KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
            consumer.subscribe(List.of(topic));
            while (values.size() < atLeast && System.nanoTime() - deadline < 0) {
                for (ConsumerRecord<String, String> received : consumer.poll(Duration.ofMillis(200))) {
                    values.add(received.value());
                }
            }
        }
        return values;
    }
}
