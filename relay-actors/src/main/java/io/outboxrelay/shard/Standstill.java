package io.outboxrelay.shard;

import io.outboxrelay.model.Backlog;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a shard when it is asked whether it stands still.
 *
 * @param nowNanos of the clock that the other times are of
 * @param sinceNanos when the phase was entered
 * @param rest why it is to rest; empty where it is not
 * @param failures in a row
 * @param lastFailure the last of them
 * @param backlog null where the database did not say in time
 * @param inFlight rows read and not settled
 * @param unanswered those of them that the publisher has not come back with
 * @param underWay topics they go to, as far as that is known
 * @param held why rows were held back, one for each topic
 */
record Standstill(
        long nowNanos,
        Phase phase,
        long sinceNanos,
        Progress progress,
        String rest,
        int failures,
        @Nullable String lastFailure,
        @Nullable Backlog backlog,
        long inFlight,
        long unanswered,
        Set<String> underWay,
        Set<String> held) {
    private static final int NAMED = 3;

    /** Why rows wait and nothing gets on, in words; null where that is not so, or not for as long as `stuckAfter`. */
    @Nullable
    String reason(Duration stuckAfter) {
        if (nothingWaits()) {
            return null;
        }
        long limit = stuckAfter.toNanos();
        return switch (phase) {
            case WAITING ->
                since(progress.madeNanos()) < limit
                        ? null
                        : "the coordinator has not said yet whether it should relay; its node, or the database of the"
                                + " control journal, may be down";
            case PAUSED -> backlog == null || since(sinceNanos) < limit ? null : rest;
            case CLAIMING, RETRYING, HALTED -> troubled(limit) ? trouble() : null;
            case RELAYING, DRAINING -> flowing(limit);
            case STOPPED, UNKNOWN -> null;
        };
    }

    /**
     * Whether this node is to blame, or what only it reaches: not a person who wants it so, a coordinator that is silent or
     * a topic that takes nothing while others do.
     */
    boolean isOfThisNode() {
        return switch (phase) {
            case WAITING, PAUSED, STOPPED, UNKNOWN -> false;
            case CLAIMING, RETRYING, HALTED -> true;
            case RELAYING, DRAINING -> inFlight > 0 || backlog == null || held.isEmpty();
        };
    }

    /** What is not known may wait. */
    private boolean nothingWaits() {
        return backlog != null && backlog.rows() == 0 && inFlight == 0 && held.isEmpty();
    }

    private long since(long nanos) {
        return nowNanos - nanos;
    }

    /** A claim is in trouble once it takes long itself, or comes after failures. */
    private boolean troubled(long limit) {
        return since(lastFailure == null ? sinceNanos : progress.madeNanos()) >= limit;
    }

    private String trouble() {
        if (lastFailure == null) {
            return "taking it over has been under way for " + seconds(sinceNanos)
                    + " s: the database, or with exactly-once Kafka, does not answer";
        }
        String waits = phase == Phase.HALTED ? "halted until its cause is ended" : "tries again";
        String times = failures > 1 ? failures + " failures in a row: " : "a failure: ";
        return waits + ", after " + times + lastFailure;
    }

    private @Nullable String flowing(long limit) {
        if (inFlight > 0) {
            return since(progress.madeNanos()) < limit ? null : inFlightReason();
        }
        if (backlog == null) {
            return since(progress.movedNanos()) < limit ? null : "the database does not answer";
        }
        if (!held.isEmpty()) {
            return since(progress.madeNanos()) < limit ? null : heldReason();
        }
        boolean longEnough =
                since(progress.movedNanos()) >= limit && backlog.oldestAge().toNanos() >= limit;
        return longEnough
                ? "the database does not hand out the " + backlog.rows() + " rows that wait" + afterFailure()
                : null;
    }

    private String inFlightReason() {
        if (unanswered == 0) {
            return "the database has not taken the acknowledgement of " + inFlight + " rows for "
                    + seconds(progress.madeNanos()) + " s" + afterFailure();
        }
        String topics = underWay.isEmpty() ? "" : " for " + topics();
        return "Kafka has not acknowledged " + unanswered + " rows" + topics + " for " + seconds(progress.madeNanos())
                + " s" + (held.isEmpty() ? "" : "; and " + heldReason()) + afterFailure();
    }

    private String topics() {
        List<String> first = new TreeSet<>(underWay).stream().limit(NAMED).toList();
        String more = underWay.size() > NAMED ? " and " + (underWay.size() - NAMED) + " more" : "";
        return "topic " + String.join(", ", first) + more;
    }

    private String heldReason() {
        List<String> first = new TreeSet<>(held).stream().limit(NAMED).toList();
        String more = held.size() > NAMED ? "; and " + (held.size() - NAMED) + " topics more" : "";
        return String.join("; ", first) + more + "; rows that go there are put aside until that changes";
    }

    private String afterFailure() {
        return lastFailure == null ? "" : "; before, it failed: " + lastFailure;
    }

    private long seconds(long nanos) {
        return Duration.ofNanos(since(nanos)).toSeconds();
    }
}
