package io.outboxrelay.shard;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Tells which words of coordinators were overtaken by a newer one on their way, be it by another route or from the
 * coordinator's successor: a shard that was paused must not be woken by what was said before.
 */
final class LatestWord {
    /** Revisions come again after the control journal was restored; a living coordinator says more within this. */
    private static final Duration FORGOTTEN_AFTER = Duration.ofSeconds(10);

    private final LongSupplier nanoTime;
    private long revision;
    private long heardNanos;

    LatestWord(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        this.heardNanos = nanoTime.getAsLong();
    }

    /** Whether what operators want was already known to have changed since `word`; if not, it is the latest. */
    boolean overtook(ShardActor.Keep word) {
        Long said = word.revision();
        long now = nanoTime.getAsLong();
        if (said == null) {
            return false;
        }
        if (said < revision && now - heardNanos < FORGOTTEN_AFTER.toNanos()) {
            return true;
        }
        revision = said;
        heardNanos = now;
        return false;
    }
}
