package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import java.util.List;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InvalidProducerEpochException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.InvalidTopicException;
import org.apache.kafka.common.errors.InvalidTxnTimeoutException;
import org.apache.kafka.common.errors.ProducerFencedException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.common.errors.UnsupportedVersionException;

/** What a failed send means, by its type. Unknown is TRANSIENT. */
final class KafkaFaults {
    private record Rule(Class<? extends Throwable> type, Fault fault) {}

    private static final List<Rule> RULES = List.of(
            new Rule(RecordTooLargeException.class, Fault.POISON),
            new Rule(InvalidTopicException.class, Fault.POISON),
            new Rule(InvalidTimestampException.class, Fault.POISON),
            new Rule(SerializationException.class, Fault.POISON),
            new Rule(ProducerFencedException.class, Fault.FENCED),
            new Rule(InvalidProducerEpochException.class, Fault.FENCED),
            new Rule(InvalidTxnTimeoutException.class, Fault.MISCONFIGURED),
            new Rule(UnknownTopicOrPartitionException.class, Fault.MISCONFIGURED),
            new Rule(AuthorizationException.class, Fault.MISCONFIGURED),
            new Rule(AuthenticationException.class, Fault.MISCONFIGURED),
            new Rule(UnsupportedVersionException.class, Fault.MISCONFIGURED),
            new Rule(ConfigException.class, Fault.MISCONFIGURED));

    private KafkaFaults() {}

    static RelayException classify(String what, Throwable wrapped) {
        Throwable failure = RelayException.unwrapped(wrapped);
        if (failure instanceof RelayException relay) {
            return relay;
        }
        Throwable known = failure;
        for (int depth = 0; depth < 20 && known != null; depth++, known = known.getCause()) {
            for (Rule rule : RULES) {
                if (rule.type().isInstance(known)) {
                    return new RelayException(rule.fault(), message(what, known), failure);
                }
            }
        }
        return new RelayException(Fault.TRANSIENT, message(what, failure), failure);
    }

    /** Whether one topic is the matter, and all others can be written to. */
    static boolean isOfOneTopic(Throwable failure) {
        return failure instanceof UnknownTopicOrPartitionException
                || failure instanceof TopicAuthorizationException
                || (failure instanceof RelayException relay && relay.fault() == Fault.MISCONFIGURED);
    }

    private static String message(String what, Throwable failure) {
        String message = what + ": " + failure.getClass().getSimpleName() + ": " + failure.getMessage();
        Throwable root = failure;
        for (int depth = 0; depth < 20 && root.getCause() != null; depth++) {
            root = root.getCause();
        }
        return root == failure ? message : message + " (" + root + ")";
    }
}
