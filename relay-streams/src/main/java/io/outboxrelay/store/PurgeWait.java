package io.outboxrelay.store;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * A part of the table that holds rows and cannot be emptied, and because of whom.
 *
 * @param age how long the transaction has been open; empty where that is hidden from the relay's role, and for a shard
 */
public record PurgeWait(String partition, Blocker blocker, Optional<Duration> age) {

    /** What kind of thing is waited for; each ends by another act of a person. */
    public enum Cause {
        /** A session's transaction. */
        OPEN_TRANSACTION,
        /** A transaction that was prepared and neither committed nor rolled back. */
        PREPARED_TRANSACTION,
        /** Shards that have not acknowledged what is in the partition. */
        SHARDS_BEHIND;

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Who it is: equal for as long as it is the same one.
     *
     * @param pid of the session, otherwise 0
     * @param name the session's application, the prepared transaction's gid, or which shards
     * @param database the transaction's, which may be another one than the outbox's
     */
    public record Blocker(Cause cause, int pid, String name, String database) {}

    /** One line for people: what is waited for and what ends it. */
    public String text() {
        String open = age.map(time -> ", open for " + time.toSeconds() + " s").orElse("");
        return switch (blocker.cause()) {
            case OPEN_TRANSACTION ->
                "a transaction of pid " + blocker.pid() + " (application '" + blocker.name()
                        + "', database " + blocker.database() + open + "); if it should not be open: select"
                        + " pg_terminate_backend(" + blocker.pid() + ")";
            case PREPARED_TRANSACTION ->
                "the prepared transaction '" + blocker.name() + "' (database " + blocker.database() + open
                        + "); end it there with commit prepared or rollback prepared";
            case SHARDS_BEHIND -> blocker.name() + ", which did not acknowledge its rows yet";
        };
    }
}
