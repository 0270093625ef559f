package io.outboxrelay.testkit;

import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.OutboxStore;
import java.util.List;

/**
 * What {@link OutboxStoreContract} needs of a store under test: one fresh, empty outbox without shards. The contract
 * first calls {@link #admin} to set up the shards, and only then the other methods, so stores may be made lazily.
 */
public interface StoreFixture extends AutoCloseable {

    /** Name in the {@link io.outboxrelay.model.ShardId}s of this outbox. */
    String outbox();

    /** Rows that a chunk holds at most, as the stores are configured: 2 to 100. */
    int chunkRows();

    OutboxAdmin admin();

    /** The store as one node uses it; the same at every call. */
    OutboxStore store();

    /** A second node's store over the same outbox; the same at every call. */
    OutboxStore otherNode();

    /** A new writer's transaction, independent of all others. */
    OpenTransaction begin();

    /** Commits the events in one transaction. */
    default void append(List<TestEvent> events) {
        OpenTransaction transaction = begin();
        events.forEach(event -> transaction.append(event.key(), event.text()));
        transaction.commit();
    }

    /** Rows that were put aside, as `event id: reason`, in no promised order. */
    List<String> parked();

    /** Whether the table has a column for headers. */
    default boolean keepsHeaders() {
        return true;
    }

    /** Ends both nodes' stores and whatever else the fixture started. */
    @Override
    void close();
}
