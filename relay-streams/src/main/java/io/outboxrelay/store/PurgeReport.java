package io.outboxrelay.store;

import java.util.List;

/**
 * What one purge did.
 *
 * @param emptied how many parts of the table it emptied
 * @param advanced whether it moved writing on to an empty part, so that the one before can be emptied
 * @param waits why parts that hold rows could not be emptied; where nothing is named, the next purge may do it
 */
public record PurgeReport(int emptied, boolean advanced, List<PurgeWait> waits) {
    /** Nothing to do. */
    public static final PurgeReport NOTHING = new PurgeReport(0, false, List.of());

    public PurgeReport {
        waits = List.copyOf(waits);
    }
}
