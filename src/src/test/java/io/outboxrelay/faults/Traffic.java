package io.outboxrelay.faults;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Events of one aggregate type beside the shop's, and the topic they go to. */
record Traffic(String type) {

    String topic() {
        return "outbox.event." + type;
    }

    /** Commits one event, as any SQL would, and returns its id. */
    String write(String key, byte[] payload, String headers) throws SQLException {
        try (Connection connection = FaultScene.audit.connect()) {
            return write(connection, key, payload, headers);
        }
    }

    String write(String key, byte[] payload) throws SQLException {
        return write(key, payload, null);
    }

    String write(Connection connection, String key, byte[] payload, String headers) throws SQLException {
        String id = UUID.randomUUID().toString();
        try (PreparedStatement insert =
                connection.prepareStatement("insert into outbox (id, aggregatetype, aggregateid,"
                        + " type, payload, headers) values (?::uuid, ?, ?, 'Changed', ?, ?::jsonb)")) {
            insert.setString(1, id);
            insert.setString(2, type);
            insert.setString(3, key);
            insert.setBytes(4, payload);
            insert.setString(5, headers);
            insert.executeUpdate();
        }
        return id;
    }

    /** Commits version `from` to `to` - 1 of each of so many keys, in one transaction each version. */
    void writeVersions(int keys, int from, int to) throws SQLException {
        try (Connection connection = FaultScene.audit.connect()) {
            connection.setAutoCommit(false);
            for (int version = from; version < to; version++) {
                for (int key = 0; key < keys; key++) {
                    write(connection, "k" + key, Integer.toString(version).getBytes(), null);
                }
                connection.commit();
            }
        }
    }

    /** Everything in the topic up to its present end, partition by partition. */
    List<ConsumerRecord<byte[], byte[]>> read() {
        List<ConsumerRecord<byte[], byte[]>> found = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer = new KafkaConsumer<>(
                Map.of(
                        "bootstrap.servers", FaultScene.kafka.bootstrapServers(),
                        "isolation.level", "read_committed",
                        "auto.offset.reset", "earliest"),
                new ByteArrayDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic()).stream()
                    .map(info -> new TopicPartition(info.topic(), info.partition()))
                    .toList();
            consumer.assign(partitions);
            Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
            while (ends.entrySet().stream().anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
                consumer.poll(Duration.ofMillis(100)).forEach(found::add);
            }
        }
        found.sort(Comparator.comparingInt((ConsumerRecord<byte[], byte[]> one) -> one.partition())
                .thenComparingLong(ConsumerRecord::offset));
        return found;
    }

    static String id(ConsumerRecord<byte[], byte[]> found) {
        return new String(found.headers().lastHeader("id").value());
    }

    static int version(ConsumerRecord<byte[], byte[]> found) {
        return Integer.parseInt(new String(found.value()));
    }
}
