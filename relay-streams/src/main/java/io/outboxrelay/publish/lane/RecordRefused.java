package io.outboxrelay.publish.lane;

/**
 * Which record of a send Kafka refused: the cause of the {@link io.outboxrelay.fault.RelayException} that the send fails
 * with. It holds no payload.
 */
public final class RecordRefused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final String topic;
    private final int index;

    RecordRefused(String topic, int index, Throwable cause) {
        super("record " + index + ", topic " + topic, cause);
        this.topic = topic;
        this.index = index;
    }

    /** Where the record was to go. */
    public String topic() {
        return topic;
    }

    /** The place of the record in the list that was sent, from 0. */
    public int index() {
        return index;
    }
}
