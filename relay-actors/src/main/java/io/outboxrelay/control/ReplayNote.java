package io.outboxrelay.control;

import io.outboxrelay.cluster.Wire;
import java.util.Locale;

/**
 * That a replay began or ended, as it goes into the journal.
 *
 * @param replay its id
 * @param what which events it is about; at the end how many were published, and why no more where it did not get to its
 *     end; never a payload
 * @param by whom; at the end who stopped it, or the relay itself
 */
public record ReplayNote(String outbox, String replay, Step step, String what, String by, String reason)
        implements Wire {

    /** What happened to it. */
    public enum Step {
        BEGUN,
        DONE,
        /** By a person, or because its node ended. */
        STOPPED,
        FAILED;

        /** As the history calls it. */
        String action() {
            return this == BEGUN ? "replay" : "replay-" + name().toLowerCase(Locale.ROOT);
        }
    }
}
