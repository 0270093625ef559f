package io.outboxrelay.publish;

import io.outboxrelay.fault.Fault;
import io.outboxrelay.fault.RelayException;
import io.outboxrelay.model.OutboxRow;

/** Rows that no record can be made of. */
final class Unpublishable {
    private Unpublishable() {}

    /** POISON, naming the row and what is wrong with it; `defect` shows no payload and no header value. */
    static RelayException because(OutboxRow row, String defect) {
        return new RelayException(Fault.POISON, row + " cannot be published: " + defect);
    }
}
