package io.outboxrelay.coordinator;

import io.outboxrelay.store.PurgeReport;
import io.outboxrelay.store.PurgeWait;
import io.outboxrelay.store.PurgeWait.Blocker;
import io.outboxrelay.store.PurgeWait.Cause;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * Decides what people hear of one outbox's purges that wait: who is waited for two purges in a row, one line each, and
 * that line at most once a minute. Confined to the coordinator.
 */
final class PurgeWaits {
    private static final long QUIET_NANOS = Duration.ofMinutes(1).toNanos();

    private final LongSupplier nanos;
    private final Map<Blocker, Long> saidAt = new HashMap<>();
    private Set<Blocker> before = Set.of();

    /** `nanos` is a clock for measuring, as {@link System#nanoTime}. */
    PurgeWaits(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** The lines due after this report. */
    List<String> linesAfter(PurgeReport report) {
        Map<Blocker, List<PurgeWait>> now = report.waits().stream()
                .collect(Collectors.groupingBy(PurgeWaits::key, LinkedHashMap::new, Collectors.toList()));
        saidAt.keySet().retainAll(now.keySet());
        List<String> lines = new ArrayList<>();
        now.forEach((blocker, waits) -> {
            if (before.contains(blocker) && isDue(blocker)) {
                saidAt.put(blocker, nanos.getAsLong());
                lines.add(line(waits));
            }
        });
        before = new HashSet<>(now.keySet());
        return lines;
    }

    /** Which shards are behind changes from one purge to the next; it is one cause all the same. */
    static Blocker key(PurgeWait wait) {
        Blocker blocker = wait.blocker();
        return blocker.cause() == Cause.SHARDS_BEHIND ? new Blocker(Cause.SHARDS_BEHIND, 0, "", "") : blocker;
    }

    private boolean isDue(Blocker blocker) {
        Long last = saidAt.get(blocker);
        return last == null || nanos.getAsLong() - last >= QUIET_NANOS;
    }

    private static String line(List<PurgeWait> waits) {
        return waits.stream().map(PurgeWait::partition).collect(Collectors.joining(", "))
                + " cannot be emptied because of " + waits.get(0).text();
    }
}
