package io.outboxrelay.publish.lane;

import io.outboxrelay.model.ShardId;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Header;
import org.apache.pekko.Done;

/** One call of {@link TransactionLane#send}, on its way; compared by identity. */
final class LaneSend {
    private final ShardId shard;
    private final Carried after;
    private final List<ProducerRecord<byte[], byte[]>> records;
    private final long sizeBytes;
    private final CompletableFuture<Done> done = new CompletableFuture<>();

    LaneSend(ShardId shard, Carried after, List<ProducerRecord<byte[], byte[]>> records) {
        this.shard = shard;
        this.after = after;
        this.records = List.copyOf(records);
        this.sizeBytes = records.stream().mapToLong(LaneSend::size).sum();
    }

    private static long size(ProducerRecord<byte[], byte[]> message) {
        long bytes = message.key() == null ? 0 : message.key().length;
        bytes += message.value() == null ? 0 : message.value().length;
        for (Header header : message.headers()) {
            bytes += header.key().length() + (header.value() == null ? 0 : header.value().length);
        }
        return bytes;
    }

    ShardId shard() {
        return shard;
    }

    /** The position once its records are committed, and the epoch they are sent under. */
    Carried after() {
        return after;
    }

    List<ProducerRecord<byte[], byte[]>> records() {
        return records;
    }

    long sizeBytes() {
        return sizeBytes;
    }

    CompletableFuture<Done> done() {
        return done;
    }
}
