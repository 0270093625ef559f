package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Finds out before a record is sent what Kafka would say to it: a refusal afterwards costs everybody time. */
final class RecordCheck {
    private final TopicDirectory topics;
    private final Refusals refusals;
    private final Compression compression;

    /** @param properties the producer's own */
    RecordCheck(TopicDirectory topics, Refusals refusals, Map<String, String> properties) {
        this.topics = topics;
        this.refusals = refusals;
        String codec = Objects.requireNonNull(properties.get(ProducerConfig.COMPRESSION_TYPE_CONFIG));
        this.compression = Compression.of(codec).build();
    }

    /**
     * Returns the record if it can be sent to a topic that is known.
     *
     * @throws RelayException POISON if it never can, MISCONFIGURED if its topic cannot be written to now
     */
    RowRecord checked(RowRecord message) {
        TopicDirectory.Topic topic = topics.topic(message.topic());
        if (topic == null) {
            throw new RelayException(Fault.TRANSIENT, "topic " + message.topic() + " has to be looked at again");
        }
        if (topic.problem() != null) {
            throw topic.problem();
        }
        if (topic.compacted() && message.key() == null) {
            throw Unpublishable.because(message.row(), "no key, and topic " + message.topic() + " is compacted");
        }
        if (RecordRouter.sizeOf(message) > topic.maxBatchBytes()) {
            int bytes = compressed(message) + DeliveryNumbers.MAX_BYTES;
            if (bytes > topic.maxBatchBytes()) {
                throw Unpublishable.because(
                        message.row(),
                        "record of " + bytes + " bytes as compressed, legal: 0 to " + topic.maxBatchBytes()
                                + " (max.message.bytes of topic " + message.topic() + ")");
            }
        }
        String refused = refusals.take(message.row());
        if (refused != null) {
            throw new RelayException(Fault.POISON, refused);
        }
        return message;
    }

    /** The batch that Kafka would see if it went alone. */
    private int compressed(RowRecord message) {
        // in a batch of one its time stands in the batch's head, which is of one size whatever the time
        SimpleRecord alone = new SimpleRecord(
                0, message.key(), message.value(), message.headers().toArray());
        return MemoryRecords.withRecords(compression, alone).sizeInBytes();
    }
}
