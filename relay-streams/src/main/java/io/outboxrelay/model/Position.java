package io.outboxrelay.model;

/** How far a shard has been acknowledged; only the store that made it can read it. `toString` shows it to people. */
public interface Position {

    /** It in words that only its store can read. */
    default String text() {
        throw new UnsupportedOperationException("a position in this store cannot be kept elsewhere");
    }
}
