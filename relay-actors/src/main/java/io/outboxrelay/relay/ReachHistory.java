package io.outboxrelay.relay;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What looks at a database, or at Kafka, found. Pure.
 *
 * @param last the last look; null before the first
 * @param sinceNanos of the first of the last looks that all said the same
 * @param failed the last look that failed, if any did
 */
record ReachHistory(
        @Nullable Look last, long sinceNanos, @Nullable Look failed) {
    static final ReachHistory NONE = new ReachHistory(null, 0, null);

    private static final double SECOND = Duration.ofSeconds(1).toNanos();
    private static final double MILLISECOND = Duration.ofMillis(1).toNanos();

    /**
     * One look.
     *
     * @param primary null where it did not answer, and of Kafka
     * @param error null where it answered
     */
    record Look(
            long atNanos,
            long tookNanos,
            @Nullable Boolean primary,
            @Nullable String error) {
        boolean reached() {
            return error == null;
        }
    }

    ReachHistory after(Look look) {
        boolean same = last != null && last.reached() == look.reached();
        return new ReachHistory(look, same ? sinceNanos : look.atNanos(), look.reached() ? failed : look);
    }

    /** Once somebody looked. */
    Reach.Side side(long nowNanos) {
        if (last == null) {
            throw new IllegalStateException("nobody has looked yet");
        }
        return new Reach.Side(
                last.reached(),
                last.primary(),
                last.tookNanos() / MILLISECOND,
                (nowNanos - sinceNanos) / SECOND,
                failed == null ? null : failed.error(),
                failed == null ? null : (nowNanos - failed.atNanos()) / SECOND);
    }
}
