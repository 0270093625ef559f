package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import java.util.Arrays;
import java.util.Objects;

/** How long after its due time every event was there; asked by the time it was due, not by when it came. */
public final class DueLatencies implements RelayObserver {
    private long[] due = new long[1 << 16];
    private long[] micros = new long[1 << 16];
    private int count;

    /** Milliseconds; none of it is an average. */
    public record Summary(double p50, double p95, double p99, double max, int events) {}

    @Override
    public void onRead(Chunk chunk) {
        long now = System.nanoTime();
        for (OutboxRow row : chunk.rows()) {
            add(EventShape.due(Objects.requireNonNull(row.payload())), now);
        }
    }

    /** An event due at one moment was there at another. */
    public synchronized void add(long dueNanos, long nowNanos) {
        if (count == due.length) {
            due = Arrays.copyOf(due, 2 * count);
            micros = Arrays.copyOf(micros, 2 * count);
        }
        due[count] = dueNanos;
        micros[count] = (nowNanos - dueNanos) / 1_000;
        count++;
    }

    synchronized int count() {
        return count;
    }

    /** Of the events due from `fromNanos` to before `toNanos`. */
    public synchronized Summary between(long fromNanos, long toNanos) {
        long[] sorted = new long[count];
        int found = 0;
        for (int n = 0; n < count; n++) {
            if (due[n] - fromNanos >= 0 && due[n] - toNanos < 0) {
                sorted[found++] = micros[n];
            }
        }
        if (found == 0) {
            return new Summary(0, 0, 0, 0, 0);
        }
        Arrays.sort(sorted, 0, found);
        return new Summary(
                sorted[found / 2] / 1e3,
                sorted[(int) (found * 0.95)] / 1e3,
                sorted[(int) (found * 0.99)] / 1e3,
                sorted[found - 1] / 1e3,
                found);
    }

    /** Milliseconds from `nanos` until the first event was there that was due then or later; NaN for none. */
    public synchronized double firstAfter(long nanos) {
        long first = Long.MAX_VALUE;
        for (int n = 0; n < count; n++) {
            if (due[n] - nanos >= 0) {
                first = Math.min(first, due[n] - nanos + micros[n] * 1_000);
            }
        }
        return first == Long.MAX_VALUE ? Double.NaN : first / 1e6;
    }
}
