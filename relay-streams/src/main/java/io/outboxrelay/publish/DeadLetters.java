package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.Refusal.Kind;
import java.util.List;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.header.Headers;
import org.jspecify.annotations.Nullable;

/** Copies of rows that can never be published as they are, for whoever watches the dead letter topic. */
final class DeadLetters {
    private static final String PREFIX = "dead-letter-";

    private final String outbox;
    private final String topic;
    private final TopicDirectory topics;
    private final int maxBytes;

    /**
     * Letters to a topic.
     *
     * @param topic empty if there is none
     * @param maxBytes of a record that the producer sends
     */
    DeadLetters(String outbox, String topic, TopicDirectory topics, int maxBytes) {
        this.outbox = outbox;
        this.topic = topic;
        this.topics = topics;
        this.maxBytes = maxBytes;
    }

    /** The topic, if there is one. */
    List<String> topic() {
        return topic.isEmpty() ? List.of() : List.of(topic);
    }

    /**
     * One record for each row that a person has to decide on.
     *
     * @throws RelayException MISCONFIGURED if the topic cannot be written to
     */
    List<ProducerRecord<byte[], byte[]>> of(List<Refusal> refusals) {
        if (topic.isEmpty()) {
            return List.of();
        }
        return refusals.stream()
                .filter(refusal -> refusal.kind() == Kind.REFUSED || refusal.kind() == Kind.PASSED)
                .map(this::letter)
                .toList();
    }

    private ProducerRecord<byte[], byte[]> letter(Refusal refusal) {
        TopicDirectory.Topic known = topics.topic(topic);
        if (known == null || known.problem() != null) {
            String why = known == null || known.problem() == null
                    ? "not known"
                    : known.problem().getMessage();
            throw new RelayException(Fault.MISCONFIGURED, "publisher.dead-letter-topic " + topic + ": " + why);
        }
        OutboxRow row = refusal.row();
        String key = row.aggregateId() == null ? row.id() : row.aggregateId();
        ProducerRecord<byte[], byte[]> whole = letter(refusal, key, row.payload(), "complete");
        return RecordRouter.sizeOf(whole) <= Math.min(maxBytes, known.maxBatchBytes())
                ? whole
                : letter(refusal, row.id(), null, "left out, as is the key: too large for this topic");
    }

    private ProducerRecord<byte[], byte[]> letter(
            Refusal refusal, String key, byte @Nullable [] payload, String completeness) {
        OutboxRow row = refusal.row();
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(topic, RecordPlaces.utf8(key), payload);
        Headers headers = letter.headers();
        headers.add("id", RecordPlaces.utf8(row.id()));
        headers.add(PREFIX + "reason", RecordPlaces.utf8(refusal.reason()));
        headers.add(PREFIX + "outbox", RecordPlaces.utf8(outbox));
        headers.add(PREFIX + "aggregatetype", RecordPlaces.utf8(row.aggregateType()));
        headers.add(PREFIX + "type", RecordPlaces.utf8(row.type()));
        headers.add(PREFIX + "seq", RecordPlaces.utf8(Long.toString(row.seq())));
        headers.add(PREFIX + "payload", RecordPlaces.utf8(completeness));
        return letter;
    }
}
