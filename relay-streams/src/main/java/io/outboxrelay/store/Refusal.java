package io.outboxrelay.store;

import io.outboxrelay.model.OutboxRow;
import java.util.Locale;

/**
 * A row that is not published now and has to be put aside.
 *
 * @param reason why, for people; no payload and no header values
 */
public record Refusal(OutboxRow row, Kind kind, String reason) {

    /** What ends its waiting. Stored in lower case. */
    public enum Kind {
        /** It can never be published as it is: a person's decision. Later rows of its aggregate wait for it. */
        REFUSED,
        /** The same, but later rows of its aggregate do not wait. */
        PASSED,
        /** An earlier row of its aggregate waits: that one's end. */
        WAITS,
        /** Its topic cannot be written to now: tried again when that changes. */
        HELD;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
