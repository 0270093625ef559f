package io.outboxrelay.simulation;

import com.typesafe.config.Config;
import java.util.concurrent.ThreadFactory;
import org.apache.pekko.actor.AbstractScheduler;
import org.apache.pekko.actor.Cancellable;
import org.apache.pekko.event.LoggingAdapter;
import org.jspecify.annotations.Nullable;
import scala.concurrent.ExecutionContext;
import scala.concurrent.duration.FiniteDuration;

/**
 * The scheduler of a simulated actor system: its timers are on the {@link Timeline} of the schedule that runs. Delays are
 * rounded up to whole ticks. Pauses after failures are random within their last fifth, outside of the seed; with the
 * simulation's settings each of them ends in one and the same tick.
 */
public final class SimulatedScheduler extends AbstractScheduler {
    static final long TICK_MILLIS = 100;

    /** Where timers are put: on the time of one schedule, and on the node that owns them. */
    interface Timers {
        void after(long millis, Runnable action);
    }

    private @Nullable Timers timers;

    /** As Pekko creates schedulers. */
    public SimulatedScheduler(Config config, LoggingAdapter log, ThreadFactory threads) {}

    void follow(Timers next) {
        timers = next;
    }

    private static final class Timer implements Cancellable {
        private boolean cancelled;

        @Override
        public boolean cancel() {
            boolean first = !cancelled;
            cancelled = true;
            return first;
        }

        @Override
        public boolean isCancelled() {
            return cancelled;
        }
    }

    @Override
    public Cancellable schedule(
            FiniteDuration initialDelay, FiniteDuration interval, Runnable runnable, ExecutionContext executor) {
        Timer timer = new Timer();
        repeat(timer, ticks(initialDelay), ticks(interval), runnable, executor);
        return timer;
    }

    private void repeat(Timer timer, long delay, long interval, Runnable runnable, ExecutionContext executor) {
        plan(delay, () -> {
            if (!timer.isCancelled()) {
                executor.execute(runnable);
                repeat(timer, interval, interval, runnable, executor);
            }
        });
    }

    @Override
    public Cancellable scheduleOnce(FiniteDuration delay, Runnable runnable, ExecutionContext executor) {
        Timer timer = new Timer();
        plan(ticks(delay), () -> {
            if (timer.cancel()) {
                executor.execute(runnable);
            }
        });
        return timer;
    }

    /** Outside of a schedule no time passes. */
    private void plan(long millis, Runnable action) {
        if (timers != null) {
            timers.after(millis, action);
        }
    }

    private static long ticks(FiniteDuration delay) {
        return (delay.toMillis() + TICK_MILLIS - 1) / TICK_MILLIS * TICK_MILLIS;
    }

    @Override
    public double maxFrequency() {
        return 1000.0 / TICK_MILLIS;
    }
}
