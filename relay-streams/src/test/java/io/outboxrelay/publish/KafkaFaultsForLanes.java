package io.outboxrelay.publish;

import io.outboxrelay.publish.lane.FaultClassifier;

/** The classifier that lanes get in the relay, for tests of theirs. */
public final class KafkaFaultsForLanes {
    public static final FaultClassifier CLASSIFIER = KafkaFaults::classify;

    private KafkaFaultsForLanes() {}
}
