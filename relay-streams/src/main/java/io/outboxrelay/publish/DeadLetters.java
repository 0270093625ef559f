package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;
import io.outboxrelay.store.Refusal;
import io.outboxrelay.store.Refusal.Kind;
import java.nio.charset.StandardCharsets;
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

    /** @param topic empty if there is none */
    DeadLetters(String outbox, String topic, TopicDirectory topics) {
        this.outbox = outbox;
        this.topic = topic;
        this.topics = topics;
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
        boolean fits = row.weight() + refusal.reason().length() + 1_000 < known.maxBatchBytes();
        ProducerRecord<byte[], byte[]> letter = new ProducerRecord<>(
                topic, utf8(row.aggregateId() == null ? row.id() : row.aggregateId()), fits ? row.payload() : null);
        Headers headers = letter.headers();
        headers.add("id", utf8(row.id()));
        headers.add(PREFIX + "reason", utf8(refusal.reason()));
        headers.add(PREFIX + "outbox", utf8(outbox));
        headers.add(PREFIX + "aggregatetype", utf8(row.aggregateType()));
        headers.add(PREFIX + "type", utf8(row.type()));
        headers.add(PREFIX + "seq", utf8(Long.toString(row.seq())));
        headers.add(PREFIX + "payload", utf8(fits ? "complete" : "left out, too large for this topic"));
        return letter;
    }

    private static byte @Nullable [] utf8(@Nullable String text) {
        return text == null ? null : text.getBytes(StandardCharsets.UTF_8);
    }
}
