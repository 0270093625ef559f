package io.outboxrelay.bench.contest;

import java.util.Collection;
import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Consumers of committed records from the beginning of every partition of the contest's topic. */
final class WholeTopic {
    private WholeTopic() {}

    static KafkaConsumer<byte[], byte[]> consumer(String brokers) {
        KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", brokers, "isolation.level", "read_committed"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer());
        Collection<TopicPartition> partitions = consumer.partitionsFor(Arena.TOPIC).stream()
                .map(one -> new TopicPartition(one.topic(), one.partition()))
                .toList();
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    /** Whether the consumer has come to where its partitions ended. */
    static boolean isAt(Map<TopicPartition, Long> ends, KafkaConsumer<byte[], byte[]> consumer) {
        return ends.entrySet().stream().allMatch(end -> consumer.position(end.getKey()) >= end.getValue());
    }
}
