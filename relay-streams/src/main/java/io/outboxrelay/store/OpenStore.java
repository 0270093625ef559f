package io.outboxrelay.store;

/** An outbox as one node opened it. */
public interface OpenStore extends OutboxStore, OutboxAdmin, AutoCloseable {

    /** What was sent and is still there. */
    SentRows sentRows();

    /** Closes the connections; whatever is under way fails. */
    @Override
    void close();
}
