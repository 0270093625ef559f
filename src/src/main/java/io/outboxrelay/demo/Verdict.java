package io.outboxrelay.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How the run went. `committed` is what the ledger holds; `missing` of those have not arrived, `phantoms` arrived and are
 * not among them. `interrupted` means that somebody stopped the run, so that missing events may be on their way;
 * `problems` are things that went wrong apart from the events.
 */
record Verdict(
        long committed,
        long rolledBack,
        long missing,
        long phantoms,
        Checker.Findings findings,
        Latencies.Summary latency,
        boolean killed,
        KillScenario.Outcome kill,
        int shards,
        boolean interrupted,
        List<String> problems) {

    /** Events that may arrive twice: none unless a node was killed. */
    long duplicatesAllowed() {
        return killed ? (long) DemoSettings.MAX_IN_FLIGHT * kill.movedShards() : 0;
    }

    boolean clean() {
        return missing == 0 && nothingWrong();
    }

    private boolean nothingWrong() {
        return (missing == 0 || interrupted)
                && phantoms == 0
                && findings.outOfOrder() == 0
                && findings.foreign() == 0
                && findings.malformed() == 0
                && findings.duplicates() <= duplicatesAllowed()
                && (!killed || kill.failover().isPresent() || interrupted)
                && problems.isEmpty();
    }

    List<String> lines(Paint paint) {
        List<String> lines = new ArrayList<>();
        lines.add("");
        lines.add(" " + headline(paint));
        lines.add("");
        lines.add(row("events committed", committed, "and " + Figures.count(rolledBack) + " rolled back"));
        lines.add(row("records published", findings.records(), ""));
        lines.add(row(interrupted ? "still on their way" : "lost", missing, ""));
        lines.add(row("rolled back, published", phantoms, ""));
        lines.add(row("order violations", findings.outOfOrder(), ""));
        if (findings.foreign() + findings.malformed() > 0) {
            lines.add(row("not as written", findings.foreign() + findings.malformed(), "wrong id, key or payload"));
        }
        lines.add(row("duplicates", findings.duplicates(), duplicateRule()));
        lines.add(latencyRow());
        failoverRow().ifPresent(lines::add);
        problems.forEach(problem -> lines.add(" " + paint.bad("problem") + "  " + problem));
        lines.add("");
        return lines;
    }

    private String headline(Paint paint) {
        if (clean()) {
            return paint.good("CLEAN: everything committed arrived, in order, "
                    + (findings.duplicates() == 0
                            ? "and nothing else did"
                            : "some of it twice because of the kill, and nothing else did"));
        }
        return nothingWrong()
                ? paint.busy("INTERRUPTED: nothing wrong so far, but not everything had arrived")
                : paint.bad("NOT CLEAN: see below");
    }

    private String duplicateRule() {
        if (!killed) {
            return "none allowed, no node was killed";
        }
        return String.format(
                "allowed after the kill: %s = %s rows in flight x %d shards moved",
                Figures.count(duplicatesAllowed()), Figures.count(DemoSettings.MAX_IN_FLIGHT), kill.movedShards());
    }

    private String latencyRow() {
        return String.format(
                " %-24s %12s  p50, p99 %s, longest %s, of %s events (slow transactions are not timed)",
                "commit to consumer",
                Figures.micros(latency.p50Micros()),
                Figures.micros(latency.p99Micros()),
                Figures.micros(latency.maxMicros()),
                Figures.count(latency.count()));
    }

    private Optional<String> failoverRow() {
        if (!killed) {
            return Optional.empty();
        }
        return Optional.of(String.format(
                " %-24s %12s  from kill -9 until all %d shards were relaying again",
                "failover", kill.failover().map(Figures::seconds).orElse("never"), shards));
    }

    private static String row(String label, long number, String note) {
        return String.format(" %-24s %12s  %s", label, Figures.count(number), note)
                .stripTrailing();
    }
}
