package io.outboxrelay.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What happened in a schedule: a fingerprint of it and how often each kind; line by line where that is wanted. */
final class Trace {
    private final Timeline timeline;
    private final boolean keepLines;
    private final List<String> lines = new ArrayList<>();
    private final Map<String, Long> tally = new TreeMap<>();
    private long fingerprint;
    private long count;

    Trace(Timeline timeline, boolean keepLines) {
        this.timeline = timeline;
        this.keepLines = keepLines;
    }

    void note(String line) {
        count++;
        fingerprint = 31 * (31 * fingerprint + timeline.nowMillis()) + line.hashCode();
        if (keepLines) {
            lines.add(timeline.nowMillis() + " " + line);
        }
    }

    /** Something that belongs to a kind of things of which each must happen now and then. */
    void tally(String kind) {
        tally.merge(kind, 1L, Long::sum);
    }

    /** The same, with a line of its own. */
    void note(String kind, String line) {
        tally(kind);
        note(kind + " " + line);
    }

    Map<String, Long> tallies() {
        return tally;
    }

    long fingerprint() {
        return fingerprint;
    }

    long count() {
        return count;
    }

    List<String> lines() {
        return lines;
    }
}
