package io.outboxrelay.bench;

import io.outboxrelay.graph.RelayObserver;
import io.outboxrelay.model.Chunk;
import io.outboxrelay.model.OutboxRow;
import java.util.Arrays;
import java.util.Objects;

/** How long after its due time every event was read; asked by the time it was due, not by when it came. */
final class DueLatencies implements RelayObserver {
    private long[] due = new long[1 << 16];
    private long[] micros = new long[1 << 16];
    private int count;

    /** Milliseconds; none of it is an average. */
    record Summary(double p50, double p99, double max, int events) {}

    @Override
    public synchronized void onRead(Chunk chunk) {
        long now = System.nanoTime();
        for (OutboxRow row : chunk.rows()) {
            if (count == due.length) {
                due = Arrays.copyOf(due, 2 * count);
                micros = Arrays.copyOf(micros, 2 * count);
            }
            due[count] = SteadyWriters.due(Objects.requireNonNull(row.payload()));
            micros[count] = (now - due[count]) / 1_000;
            count++;
        }
    }

    synchronized int count() {
        return count;
    }

    /** Of the events due from `fromNanos` to before `toNanos`. */
    synchronized Summary between(long fromNanos, long toNanos) {
        long[] sorted = new long[count];
        int found = 0;
        for (int n = 0; n < count; n++) {
            if (due[n] - fromNanos >= 0 && due[n] - toNanos < 0) {
                sorted[found++] = micros[n];
            }
        }
        if (found == 0) {
            return new Summary(0, 0, 0, 0);
        }
        Arrays.sort(sorted, 0, found);
        return new Summary(sorted[found / 2] / 1e3, sorted[(int) (found * 0.99)] / 1e3, sorted[found - 1] / 1e3, found);
    }
}
