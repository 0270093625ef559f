package io.outboxrelay.shard;

import io.outboxrelay.fault.RelayException;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.slf4j.MDC;

/** What a shard says about itself: one line for each change of phase, one for each failure. */
record ShardLog(ActorContext<?> context) {

    void phase(Phase from, ShardState state) {
        MDC.put(LogKeys.EPOCH, Long.toString(state.epoch()));
        MDC.put(LogKeys.PHASE, state.phase().toString());
        try {
            context.getLog().info("{} -> {}", from, state.phase());
        } finally {
            MDC.remove(LogKeys.EPOCH);
            MDC.remove(LogKeys.PHASE);
        }
    }

    void failure(String what, ShardState state, RelayException error) {
        MDC.put(LogKeys.EPOCH, Long.toString(state.epoch()));
        MDC.put(LogKeys.FAULT, error.fault().name());
        MDC.put(LogKeys.ATTEMPT, Integer.toString(state.failures()));
        try {
            context.getLog().warn("{}: {} ({})", what, error.getMessage(), error.fault());
        } finally {
            MDC.remove(LogKeys.EPOCH);
            MDC.remove(LogKeys.FAULT);
            MDC.remove(LogKeys.ATTEMPT);
        }
    }
}
