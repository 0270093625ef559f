package io.outboxrelay.testkit;

/** A writer's transaction: its rows take their seq when appended and become visible together at commit. */
public interface OpenTransaction {

    OpenTransaction append(String key, String text);

    /** Marks where {@link #rollbackToSavepoint} goes back to; a second mark replaces the first. */
    OpenTransaction savepoint();

    /** Takes back what was appended since the savepoint; the transaction goes on. */
    OpenTransaction rollbackToSavepoint();

    /** Ends the transaction; its rows are visible when this returns. */
    void commit();

    /** Ends the transaction; its rows never were. */
    void rollback();
}
