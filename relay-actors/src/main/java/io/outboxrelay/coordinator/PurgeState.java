package io.outboxrelay.coordinator;

import io.outboxrelay.cluster.Wire;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the coordinator knows of the purges of one outbox.
 *
 * @param lastSecondsAgo how long ago the last purge came to its end; null before the first of this coordinator
 * @param lastFailure why the last one did not; null where it did
 * @param parts of the table, as the last purge left them; none where the table has no parts
 * @param waits why parts that hold sent rows could not be emptied
 */
public record PurgeState(
        String outbox,
        @Nullable Double lastSecondsAgo,
        @Nullable String lastFailure,
        List<Part> parts,
        List<Wait> waits)
        implements Wire {

    /**
     * A part of the table.
     *
     * @param rowsAtMost by the numbers of its first and last row, gaps included
     */
    public record Part(String name, boolean writing, long sizeBytes, long rowsAtMost) implements Wire {}

    /**
     * A part that waits.
     *
     * @param cause open_transaction, prepared_transaction or shards_behind
     * @param detail who that is, and what ends it
     * @param forSeconds since it was seen first by this coordinator
     */
    public record Wait(String part, String cause, String detail, double forSeconds) implements Wire {}
}
