package io.outboxrelay.fault;

/** What kind of failure it is; each has exactly one party who acts on it. */
public enum Fault {
    /** May pass by itself: back off and try the same row first. Also everything unknown. */
    TRANSIENT,
    /** This row can never pass. */
    POISON,
    /** Somebody newer owns the shard: stop at once, write nothing. */
    FENCED,
    /** No retry helps until a person acts. */
    MISCONFIGURED
}
