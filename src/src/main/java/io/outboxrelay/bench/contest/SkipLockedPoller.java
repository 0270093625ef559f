package io.outboxrelay.bench.contest;

import java.nio.charset.StandardCharsets;
import java.sql.Array;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * What many services write by hand: rows in order, locked, sent, deleted, committed. One process and one thread, because a
 * second one would take the next rows of the same keys and lose their order.
 */
final class SkipLockedPoller {
    private static final int ROWS = 2_000;
    private static final long IDLE_NANOS = 5_000_000;

    private SkipLockedPoller() {}

    /** Database URL, user, table, brokers, topic; runs until it is killed. */
    public static void main(String[] arguments) throws Exception {
        String table = arguments[2];
        try (Connection connection = DriverManager.getConnection(arguments[0], arguments[1], arguments[1]);
                KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                        Map.of("bootstrap.servers", arguments[3], "compression.type", "lz4", "linger.ms", "1"),
                        new ByteArraySerializer(),
                        new ByteArraySerializer());
                PreparedStatement select = connection.prepareStatement("select seq, aggregateid, payload from " + table
                        + " order by seq limit " + ROWS + " for update skip locked");
                PreparedStatement delete =
                        connection.prepareStatement("delete from " + table + " where seq = any (?)")) {
            connection.setAutoCommit(false);
            while (true) {
                List<Long> sent = new ArrayList<>();
                List<Future<RecordMetadata>> acknowledged = new ArrayList<>();
                try (ResultSet row = select.executeQuery()) {
                    while (row.next()) {
                        sent.add(row.getLong(1));
                        acknowledged.add(producer.send(new ProducerRecord<>(
                                arguments[4], row.getString(2).getBytes(StandardCharsets.UTF_8), row.getBytes(3))));
                    }
                }
                for (Future<RecordMetadata> one : acknowledged) {
                    one.get();
                }
                Array numbers = connection.createArrayOf("bigint", sent.toArray());
                delete.setArray(1, numbers);
                delete.executeUpdate();
                connection.commit();
                if (sent.isEmpty()) {
                    LockSupport.parkNanos(IDLE_NANOS);
                }
            }
        }
    }
}
