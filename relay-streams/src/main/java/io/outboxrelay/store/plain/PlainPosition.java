package io.outboxrelay.store.plain;

import io.outboxrelay.model.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ids of a chunk's rows, and what was read before it and is not acknowledged yet. There is no "up to here" in a
 * plain table: a row that commits late may come to lie below those that were sent.
 */
final class PlainPosition implements Position {
    private final long order;
    private volatile List<Object> ids;
    private volatile @Nullable PlainPosition before;

    private PlainPosition(List<Object> ids, long order, @Nullable PlainPosition before) {
        this.ids = ids;
        this.order = order;
        this.before = before;
    }

    /** Where a claim starts: at the lowest row that waits. */
    static PlainPosition start() {
        return new PlainPosition(List.of(), 0, null);
    }

    /**
     * After further rows.
     *
     * @param lastOrder order of the last of them, for people
     */
    PlainPosition then(List<Object> moreIds, long lastOrder) {
        return new PlainPosition(List.copyOf(moreIds), lastOrder, this);
    }

    /** Every id read up to here whose acknowledgement is not known to be written. */
    List<Object> unacknowledged() {
        List<Object> all = new ArrayList<>();
        for (PlainPosition position = this; position != null; position = position.before) {
            all.addAll(position.ids);
        }
        return all;
    }

    /** Forgets the ids up to here; they are acknowledged. */
    void acknowledged() {
        PlainPosition position = this;
        while (position != null) {
            PlainPosition next = position.before;
            position.before = null;
            position.ids = List.of();
            position = next;
        }
    }

    @Override
    public String toString() {
        return order == 0 ? "the lowest row that waits" : "row " + order;
    }
}
