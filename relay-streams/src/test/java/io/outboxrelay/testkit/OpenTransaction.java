package io.outboxrelay.testkit;

import org.jspecify.annotations.Nullable;

/** A writer's transaction: its rows take their seq when appended and become visible together at commit. */
public interface OpenTransaction {

    /** Inserts a row of aggregate type `orders` and type `Tested`, with `text` in UTF-8 as its payload. */
    OpenTransaction append(@Nullable String key, String text);

    /** Marks where {@link #rollbackToSavepoint} goes back to; a second mark replaces the first. */
    OpenTransaction savepoint();

    /** Takes back what was appended since the savepoint; the transaction goes on. */
    OpenTransaction rollbackToSavepoint();

    /** Ends the transaction; its rows are visible when this returns. */
    void commit();

    /** Ends the transaction; its rows never were. */
    void rollback();
}
