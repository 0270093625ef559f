package io.outboxrelay.crash;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerInterceptor;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Ends its JVM at once, as kill -9 does, where a file says so: SENT after a record was handed to the client, or ACKED
 * after Kafka acknowledged one and before anybody else knows.
 */
public final class DyingInterceptor implements ProducerInterceptor<byte[], byte[]> {
    static final String FILE = "dying.file";
    static final String SENT = "SENT";
    static final String ACKED = "ACKED";
    private static final int KILLED = 137;

    private Path file;

    @Override
    public void configure(Map<String, ?> configs) {
        file = Path.of(String.valueOf(configs.get(FILE)));
    }

    @Override
    public ProducerRecord<byte[], byte[]> onSend(ProducerRecord<byte[], byte[]> record) {
        dieAt(SENT);
        return record;
    }

    @Override
    public void onAcknowledgement(RecordMetadata metadata, Exception exception) {
        if (exception == null) {
            dieAt(ACKED);
        }
    }

    private void dieAt(String point) {
        try {
            if (Files.exists(file) && Files.readString(file).equals(point)) {
                Files.delete(file);
                Runtime.getRuntime().halt(KILLED);
            }
        } catch (IOException goneAlready) {
            return;
        }
    }

    @Override
    public void close() {}
}
