package io.outboxrelay.store.postgres.model;

import java.time.Duration;
import java.util.Random;

/**
 * What a run takes its decisions from. A seed repeats the decisions of each writer and of the nemesis; how the
 * machine interleaves them is its own affair.
 */
record ModelPlan(long seed, Duration length) {
    private static final long DEFAULT_SECONDS = 16;

    /** From `-Dmodel.seed` and `-Dmodel.seconds`. */
    static ModelPlan fromSystemProperties() {
        Long seed = Long.getLong("model.seed");
        long seconds = Long.getLong("model.seconds", DEFAULT_SECONDS);
        if (seconds < 2) {
            throw new IllegalArgumentException("model.seconds = " + seconds + ", legal: 2 or more");
        }
        return new ModelPlan(seed == null ? new Random().nextLong() : seed, Duration.ofSeconds(seconds));
    }

    /** An independent source of decisions for one participant. */
    Random randomOf(String participant) {
        return new Random(seed * 31 + participant.hashCode());
    }
}
