package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;

/** What failures mean to a lane, by the rules of all publishing. */
record LaneFaults(FaultClassifier rules) {

    /** A failure of everything the lane carried. */
    RelayException ofLane(String what, Throwable failure) {
        return rules.classify(what, failure);
    }

    /** A failure that only one send is to blame for, or a TRANSIENT one if it does not say so. */
    RelayException ofRecord(String what, RecordRefused refused) {
        return rules.classify(what, refused);
    }

    /** A failure of the relay's own record: no row is to blame, so POISON it is not. */
    RelayException ofPositions(String what, Throwable failure) {
        RelayException found = ofLane(what, failure);
        return found.fault() == Fault.POISON
                ? new RelayException(Fault.MISCONFIGURED, String.valueOf(found.getMessage()), failure)
                : found;
    }
}
