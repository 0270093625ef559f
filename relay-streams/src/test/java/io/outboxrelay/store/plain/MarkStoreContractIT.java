package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;

/** Marking sent rows on PostgreSQL keeps what every store promises. */
class MarkStoreContractIT extends PostgresPlainContract {
    @Override
    Mode mode() {
        return Mode.MARK;
    }
}
