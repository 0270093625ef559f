package io.outboxrelay.store;

import java.util.List;

/**
 * What one purge did.
 *
 * @param emptied how many parts of the table it emptied
 * @param advanced whether it moved writing on to an empty part, so that the one before can be emptied
 * @param waits why parts that hold rows could not be emptied; where nothing is named, the next purge may do it
 * @param parts all parts of the table afterwards; none where it has no parts
 */
public record PurgeReport(int emptied, boolean advanced, List<PurgeWait> waits, List<Part> parts) {
    /** Nothing to do. */
    public static final PurgeReport NOTHING = new PurgeReport(0, false, List.of(), List.of());

    public PurgeReport {
        waits = List.copyOf(waits);
        parts = List.copyOf(parts);
    }

    /**
     * A part of the table.
     *
     * @param writing whether rows are being inserted into it
     * @param rowsAtMost how many rows it can hold by their numbers; gaps are counted, the rows are not
     */
    public record Part(String name, boolean writing, long sizeBytes, long rowsAtMost) {}
}
