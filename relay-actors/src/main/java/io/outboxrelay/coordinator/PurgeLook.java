package io.outboxrelay.coordinator;

import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.PurgeWait;
import io.outboxrelay.store.PurgeWait.Blocker;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** Remembers what the purges of one outbox found, and since when. Confined to the coordinator. */
final class PurgeLook {
    private static final double NANOS = Duration.ofSeconds(1).toNanos();

    private final String outbox;
    private final LongSupplier nanos;
    private final Map<Who, Long> since = new HashMap<>();
    private PurgeReport last = PurgeReport.NOTHING;
    private @Nullable Long lastAt;
    private @Nullable String failure;

    /** Shards that are behind are one, whichever they are. */
    private record Who(String part, Blocker blocker) {
        static Who of(PurgeWait wait) {
            return new Who(wait.partition(), PurgeWaits.key(wait));
        }
    }

    /** `nanos` is a clock for measuring, as {@link System#nanoTime}. */
    PurgeLook(String outbox, LongSupplier nanos) {
        this.outbox = outbox;
        this.nanos = nanos;
    }

    void did(PurgeReport report) {
        long now = nanos.getAsLong();
        last = report;
        lastAt = now;
        failure = null;
        since.keySet().retainAll(report.waits().stream().map(Who::of).toList());
        report.waits().forEach(wait -> since.putIfAbsent(Who.of(wait), now));
    }

    /** What was found before is shown on. */
    void failed(String why) {
        failure = why;
    }

    PurgeState state() {
        long now = nanos.getAsLong();
        return new PurgeState(
                outbox,
                lastAt == null ? null : (now - lastAt) / NANOS,
                failure,
                last.parts().stream()
                        .map(part ->
                                new PurgeState.Part(part.name(), part.writing(), part.sizeBytes(), part.rowsAtMost()))
                        .toList(),
                waits(now));
    }

    private List<PurgeState.Wait> waits(long now) {
        return last.waits().stream()
                .map(wait -> new PurgeState.Wait(
                        wait.partition(),
                        wait.blocker().cause().toString(),
                        wait.text(),
                        (now - since.getOrDefault(Who.of(wait), now)) / NANOS))
                .toList();
    }
}
