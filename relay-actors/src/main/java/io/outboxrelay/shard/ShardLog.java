package io.outboxrelay.shard;

import io.outboxrelay.fault.RelayException;
import io.outboxrelay.metrics.ShardMetrics;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.slf4j.MDC;

/** What a shard says about itself: one line for each change of phase, one for each failure; and the same as numbers. */
record ShardLog(ActorContext<?> context, ShardMetrics metrics) {

    void phase(Phase from, ShardState state) {
        MDC.put(LogKeys.EPOCH, Long.toString(state.epoch()));
        MDC.put(LogKeys.PHASE, state.phase().toString());
        try {
            context.getLog().info("{} -> {}", from, state.phase());
        } finally {
            MDC.remove(LogKeys.EPOCH);
            MDC.remove(LogKeys.PHASE);
        }
        count(from, state);
    }

    private void count(Phase from, ShardState state) {
        metrics.entered(state.phase().toString(), state.epoch());
        if (state.phase() == Phase.RELAYING) {
            metrics.claimed();
        } else if (state.phase() == Phase.STOPPED) {
            if (from == Phase.DRAINING && state.goal() == Goal.STOP) {
                metrics.handedOver();
            }
            metrics.close();
        }
    }

    void failure(String what, ShardState state, RelayException error) {
        MDC.put(LogKeys.EPOCH, Long.toString(state.epoch()));
        MDC.put(LogKeys.FAULT, error.fault().name());
        MDC.put(LogKeys.ATTEMPT, Integer.toString(state.failures()));
        try {
            metrics.failed(error.fault());
            context.getLog().warn("{}: {} ({})", what, error.getMessage(), error.fault());
        } finally {
            MDC.remove(LogKeys.EPOCH);
            MDC.remove(LogKeys.FAULT);
            MDC.remove(LogKeys.ATTEMPT);
        }
    }
}
