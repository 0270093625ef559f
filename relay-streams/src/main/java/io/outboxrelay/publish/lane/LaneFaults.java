package io.outboxrelay.publish.lane;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.ProducerFencedException;

/** What failures mean to a lane: its own rules for transactions, then those of all publishing. */
record LaneFaults(FaultClassifier others) {
    private record Rule(Class<? extends Throwable> type, Fault fault) {}

    private static final List<Rule> RULES = List.of(
            new Rule(ProducerFencedException.class, Fault.FENCED),
            new Rule(InvalidProducerEpochException.class, Fault.FENCED),
            new Rule(InvalidTxnTimeoutException.class, Fault.MISCONFIGURED));

    /** A failure of everything the lane carried. */
    RelayException ofLane(String what, Throwable failure) {
        Throwable real = unwrapped(failure);
        if (real instanceof RelayException relay) {
            return relay;
        }
        Throwable known = real;
        for (int depth = 0; depth < 20 && known != null; depth++, known = known.getCause()) {
            for (Rule rule : RULES) {
                if (rule.type().isInstance(known)) {
                    return new RelayException(rule.fault(), what + ": " + known, failure);
                }
            }
        }
        return others.classify(what, real);
    }

    /** A failure that only one send is to blame for, or a TRANSIENT one if it does not say so. */
    RelayException ofRecord(String what, RecordRefused refused) {
        return others.classify(what, refused);
    }

    /** A failure of the relay's own record: no row is to blame, so POISON it is not. */
    RelayException ofPositions(String what, Throwable failure) {
        RelayException found = ofLane(what, failure);
        return found.fault() == Fault.POISON
                ? new RelayException(Fault.MISCONFIGURED, String.valueOf(found.getMessage()), failure)
                : found;
    }

    static Throwable unwrapped(Throwable failure) {
        Throwable real = failure;
        while ((real instanceof ExecutionException || real instanceof CompletionException) && real.getCause() != null) {
            real = real.getCause();
        }
        return real;
    }
}
