package io.outboxrelay.testkit;

import io.outboxrelay.model.OutboxRow;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Rows on their way into an {@link InMemoryTable}; used by one thread at a time, like a JDBC connection. */
final class InMemoryTransaction implements OpenTransaction {
    private final InMemoryTable table;
    private final List<OutboxRow> rows = new ArrayList<>();
    private int savepoint;
    private boolean ended;

    InMemoryTransaction(InMemoryTable table) {
        this.table = table;
    }

    @Override
    public OpenTransaction append(@Nullable String key, String text) {
        return append(new TestEvent(key, text));
    }

    OpenTransaction append(TestEvent event) {
        mustBeOpen();
        rows.add(table.row(event));
        return this;
    }

    @Override
    public OpenTransaction savepoint() {
        mustBeOpen();
        savepoint = rows.size();
        return this;
    }

    @Override
    public OpenTransaction rollbackToSavepoint() {
        mustBeOpen();
        rows.subList(savepoint, rows.size()).clear();
        return this;
    }

    @Override
    public void commit() {
        end();
        table.commit(rows);
    }

    @Override
    public void rollback() {
        end();
    }

    private void end() {
        mustBeOpen();
        ended = true;
    }

    private void mustBeOpen() {
        if (ended) {
            throw new IllegalStateException("the transaction has ended");
        }
    }
}
