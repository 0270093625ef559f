package io.outboxrelay.bench.contest;

import io.outboxrelay.bench.CpuMeter;
import io.outboxrelay.bench.EventShape;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyOut;

/**
 * What the machine can do at best: all rows out of PostgreSQL by one COPY, as many records into Kafka by one producer, or
 * both at once, with nothing between them. Writes to a file how many seconds that took, and how many of CPU.
 */
final class Floor {
    private Floor() {}

    /** copy, producer or both; database URL, user, table, brokers, topic, events, bytes of a payload, file for the result. */
    public static void main(String[] arguments) throws Exception {
        String what = arguments[0];
        long began = System.nanoTime();
        CompletionStage<Void> copy = what.equals("producer") ? done() : onThread(() -> copy(arguments));
        CompletionStage<Void> producer = what.equals("copy") ? done() : onThread(() -> produce(arguments));
        copy.toCompletableFuture().join();
        producer.toCompletableFuture().join();
        double seconds = (System.nanoTime() - began) / 1e9;
        double cpuSeconds = CpuMeter.totalOf(ProcessHandle.current().pid());
        Files.writeString(Path.of(arguments[8]), seconds + "\n" + cpuSeconds);
    }

    private static void copy(String[] arguments) throws Exception {
        try (Connection connection = DriverManager.getConnection(arguments[1], arguments[2], arguments[2])) {
            CopyOut copy = connection
                    .unwrap(PGConnection.class)
                    .getCopyAPI()
                    .copyOut("copy " + arguments[3]
                            + " (aggregatetype, aggregateid, type, payload) to stdout (format binary)");
            long rows = 0;
            while (copy.readFromCopy() != null) {
                rows++;
            }
            if (rows < Long.parseLong(arguments[6])) {
                throw new IllegalStateException("only " + rows + " rows in " + arguments[3]);
            }
        }
    }

    private static void produce(String[] arguments) throws Exception {
        EventShape shape = new EventShape(EventShape.USUAL.keys(), Integer.parseInt(arguments[7]));
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of(
                        "bootstrap.servers",
                        arguments[4],
                        "compression.type",
                        "lz4",
                        "linger.ms",
                        "5",
                        "batch.size",
                        "131072"),
                new ByteArraySerializer(),
                new ByteArraySerializer())) {
            int events = Integer.parseInt(arguments[6]);
            Future<RecordMetadata> last = CompletableFuture.completedFuture(null);
            for (int n = 0; n < events; n++) {
                byte[] key = shape.key(n).getBytes(StandardCharsets.UTF_8);
                last = producer.send(new ProducerRecord<>(arguments[5], key, shape.payload(n, 0)));
            }
            producer.flush();
            last.get();
        }
    }

    /** Work that may fail. */
    @FunctionalInterface
    private interface Work {
        void run() throws Exception;
    }

    private static CompletionStage<Void> done() {
        return CompletableFuture.completedFuture(null);
    }

    private static CompletionStage<Void> onThread(Work work) {
        return CompletableFuture.runAsync(
                () -> {
                    try {
                        work.run();
                    } catch (Exception e) {
                        throw new CompletionException(e);
                    }
                },
                task -> new Thread(task).start());
    }
}
