package io.outboxrelay.shard;

import com.fasterxml.jackson.annotation.JsonValue;
import io.outboxrelay.fault.Fault;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What a shard is doing; shown to people in lower case. */
public enum Phase {
    /** Started, and not yet told whether it should relay. */
    WAITING,
    /** Taking the shard over from whoever had it. */
    CLAIMING,
    /** Rows flow. */
    RELAYING,
    /** Publishes and settles what was read, then gives the claim back. */
    DRAINING,
    /** An operator wants it so. */
    PAUSED,
    /** Waits after a failure that may pass by itself. */
    RETRYING,
    /** Waits after a failure that a person has to end; tries again at the slowest pace. */
    HALTED,
    /** Gone from this node. */
    STOPPED,
    /** Did not answer; no shard calls itself this. */
    UNKNOWN;

    /** The phases that may come straight after this one. */
    public Set<Phase> next() {
        return switch (this) {
            case WAITING -> EnumSet.of(CLAIMING, STOPPED);
            case CLAIMING -> EnumSet.of(RELAYING, DRAINING, PAUSED, RETRYING, HALTED, STOPPED);
            case RELAYING -> EnumSet.of(DRAINING, RETRYING, HALTED);
            case DRAINING -> EnumSet.of(PAUSED, CLAIMING, RETRYING, HALTED, STOPPED);
            case PAUSED -> EnumSet.of(CLAIMING, STOPPED);
            case RETRYING, HALTED -> EnumSet.of(CLAIMING, PAUSED, STOPPED);
            case STOPPED, UNKNOWN -> EnumSet.noneOf(Phase.class);
        };
    }

    /** How a shard waits after a failure. A poisoned row, too, is for a person to end. */
    static Phase after(Fault fault) {
        return switch (fault) {
            case MISCONFIGURED, POISON -> HALTED;
            case TRANSIENT, FENCED -> RETRYING;
        };
    }

    @JsonValue
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
