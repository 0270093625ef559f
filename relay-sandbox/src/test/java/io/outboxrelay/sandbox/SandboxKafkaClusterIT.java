package io.outboxrelay.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxKafkaClusterIT {
    @TempDir
    Path parent;

    /** One cluster for all of it: three JVMs take their time to start. */
    @Test
    void keepsWhatItAcknowledgedWhoeverDiesAndLeavesNothingBehind() throws Exception {
        Set<Long> processes = new HashSet<>();
        try (SandboxKafkaCluster cluster = SandboxKafkaCluster.start(parent, Map.of());
                KafkaProducer<String, String> producer = producer(cluster)) {
            cluster.createTopic("orders", 1);
            send(producer, "a");

            int leader = cluster.leader("orders", 0);
            processes.add(cluster.pid(leader));
            cluster.kill(leader);
            RunningProcesses.awaitEnd(cluster.pid(leader));
            send(producer, "b");
            assertThat(cluster.leader("orders", 0)).isNotEqualTo(leader);
            cluster.start(leader);
            cluster.awaitInSync();

            int paused = cluster.leader("orders", 0);
            cluster.pause(paused);
            Future<RecordMetadata> held = producer.send(new ProducerRecord<>("orders", "c"));
            assertThatThrownBy(() -> held.get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
            cluster.resume(paused);
            held.get(60, TimeUnit.SECONDS);
            cluster.awaitInSync();

            for (int n = 1; n <= SandboxKafkaCluster.BROKERS; n++) {
                cluster.stop(n);
                cluster.start(n);
                cluster.awaitInSync();
                processes.add(cluster.pid(n));
            }
            assertThat(consume(cluster)).containsExactly("a", "b", "c");
        }
        processes.forEach(RunningProcesses::awaitEnd);
        assertThat(parent).isEmptyDirectory();
    }

    @Test
    void saysWhatABrokerSaidThatRefusedToStart() {
        assertThatThrownBy(() -> SandboxKafkaCluster.start(parent, Map.of("num.io.threads", "0")))
                .hasMessageContaining("num.io.threads");
        assertThat(parent).isEmptyDirectory();
    }

    private static void send(KafkaProducer<String, String> producer, String value) throws Exception {
        producer.send(new ProducerRecord<>("orders", value)).get(60, TimeUnit.SECONDS);
    }

    private static KafkaProducer<String, String> producer(SandboxKafkaCluster cluster) {
        return new KafkaProducer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "acks", "all"),
                new StringSerializer(),
                new StringSerializer());
    }

    private static List<String> consume(SandboxKafkaCluster cluster) {
        TopicPartition partition = new TopicPartition("orders", 0);
        List<String> values = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", cluster.bootstrapServers(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            consumer.assign(List.of(partition));
            long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(found -> values.add(found.value()));
            }
        }
        return values;
    }
}
