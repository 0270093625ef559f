package io.outboxrelay.replay;

import com.fasterxml.jackson.annotation.JsonValue;
import io.outboxrelay.cluster.Wire;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * How one replay is doing.
 *
 * @param id in the header of its records
 * @param what which events, in words
 * @param by who began it
 * @param node host:port of the node that runs it
 * @param published events that Kafka acknowledged; after a failure that passed, some of them twice
 * @param left events that can never be published as they are
 * @param leftEvents the first of them, each with the reason
 * @param missing selected by id and not found: removed, not sent yet, put aside, or never there; known at the end
 * @param share about how much of what is there was read: 0 to 1
 * @param since when the oldest event was written that was still there; null where that is not known
 * @param error the last one; null where there was none
 */
public record ReplayStatus(
        String id,
        String outbox,
        State state,
        String what,
        String by,
        String reason,
        String node,
        long published,
        long left,
        List<String> leftEvents,
        List<String> missing,
        double share,
        @Nullable Instant since,
        Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable String error)
        implements Wire {
    private static final int MOST_NAMED = 10;

    /** Whether it goes on, and if not, why. */
    public enum State {
        RUNNING,
        DONE,
        /** Before its end: by a person, or because its node ended. */
        STOPPED,
        FAILED;

        @JsonValue
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public ReplayStatus {
        leftEvents = List.copyOf(leftEvents);
        missing = List.copyOf(missing);
    }

    ReplayStatus further(long more, List<String> leftNow, double shareNow) {
        List<String> named = new ArrayList<>(leftEvents);
        leftNow.stream().limit(MOST_NAMED - Math.min(MOST_NAMED, named.size())).forEach(named::add);
        return new ReplayStatus(
                id,
                outbox,
                state,
                what,
                by,
                reason,
                node,
                published + more,
                left + leftNow.size(),
                named,
                missing,
                shareNow,
                since,
                startedAt,
                endedAt,
                error);
    }

    ReplayStatus failing(@Nullable String why) {
        return new ReplayStatus(
                id,
                outbox,
                state,
                what,
                by,
                reason,
                node,
                published,
                left,
                leftEvents,
                missing,
                share,
                since,
                startedAt,
                endedAt,
                why);
    }

    ReplayStatus ended(State end, List<String> notFound, @Nullable String why, Instant at) {
        return new ReplayStatus(
                id,
                outbox,
                end,
                what,
                by,
                reason,
                node,
                published,
                left,
                leftEvents,
                notFound,
                end == State.DONE ? 1 : share,
                since,
                startedAt,
                at,
                why);
    }

    /** How far it came, in words. */
    String figures() {
        return published + " events published"
                + (left == 0 ? "" : ", " + left + " left out that cannot be")
                + (missing.isEmpty() ? "" : ", " + missing.size() + " not found")
                + (error == null ? "" : "; " + error);
    }
}
