package io.outboxrelay.testkit;

import io.outboxrelay.settings.OutboxSettings;
import io.outboxrelay.store.OpenStore;
import io.outboxrelay.store.OutboxAdmin;
import io.outboxrelay.store.OutboxStore;

/** One outbox in a database, as two nodes opened it. */
public interface TwoNodes extends StoreFixture {
    OutboxSettings settings();

    OpenStore here();

    OpenStore there();

    @Override
    default String outbox() {
        return settings().name();
    }

    @Override
    default int chunkRows() {
        return settings().reader().chunkRows();
    }

    @Override
    default OutboxAdmin admin() {
        return here();
    }

    @Override
    default OutboxStore store() {
        return here();
    }

    @Override
    default OutboxStore otherNode() {
        return there();
    }

    @Override
    default void close() {
        here().close();
        there().close();
    }
}
