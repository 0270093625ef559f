package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.RelayException;

/** Says which fault an exception of Kafka's client is; `what` was being done when it came. */
@FunctionalInterface
public interface FaultClassifier {
    RelayException classify(String what, Throwable failure);
}
