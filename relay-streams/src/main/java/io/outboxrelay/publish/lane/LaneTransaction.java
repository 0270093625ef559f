package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;

/** One transaction of a lane, used once. Kafka's callbacks only note what was refused; everything else blocks. */
final class LaneTransaction {
    private final KafkaProducer<byte[], byte[]> producer;
    private final LaneFaults faults;
    private final String lane;
    private final Map<LaneSend, RelayException> blamed = new ConcurrentHashMap<>();
    private final AtomicReference<@Nullable Throwable> positionsFailed = new AtomicReference<>();

    LaneTransaction(KafkaProducer<byte[], byte[]> producer, LaneFaults faults, String lane) {
        this.producer = producer;
        this.faults = faults;
        this.lane = lane;
    }

    void begin() {
        producer.beginTransaction();
    }

    void send(LaneSend send) {
        for (int i = 0; i < send.records().size(); i++) {
            ProducerRecord<byte[], byte[]> message = send.records().get(i);
            int index = i;
            try {
                var unused = producer.send(message, (metadata, failure) -> {
                    if (failure != null) {
                        blame(send, new RecordRefused(message.topic(), index, failure));
                    }
                });
            } catch (RuntimeException e) {
                blame(send, new RecordRefused(message.topic(), index, e));
                throw e;
            }
        }
    }

    /** One failed record fails its neighbours too, with exceptions that blame nobody. */
    private void blame(LaneSend send, RecordRefused refused) {
        String what = "shard " + send.shard() + " to topic " + refused.topic() + " in lane " + lane;
        RelayException fault = faults.ofRecord(what, refused);
        if (fault.fault() == Fault.POISON || fault.fault() == Fault.MISCONFIGURED) {
            blamed.putIfAbsent(send, fault);
        }
    }

    void sendPositions(ProducerRecord<byte[], byte[]> positions) {
        var unused = producer.send(positions, (metadata, failure) -> {
            if (failure != null) {
                positionsFailed.compareAndSet(null, failure);
            }
        });
    }

    /** Returns once the transaction is committed; any exception leaves open whether it is. */
    void commit() {
        producer.commitTransaction();
    }

    /** What the lane ended of, seen by those who are not to blame. */
    RelayException cause(Throwable failure) {
        RelayException found = faults.ofLane("lane " + lane, failure);
        if (found.fault() == Fault.FENCED) {
            return found;
        }
        if (!blamed.isEmpty()) {
            RelayException first = blamed.values().iterator().next();
            return new RelayException(
                    Fault.TRANSIENT, "lane " + lane + " ended by another record: " + first.getMessage(), failure);
        }
        Throwable positions = positionsFailed.get();
        return faults.ofPositions("lane " + lane, positions == null ? failure : positions);
    }

    /** What a send of it fails with, given what the lane ended of. */
    RelayException faultOf(LaneSend send, RelayException cause) {
        return blamed.getOrDefault(send, cause);
    }
}
