package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;

/** Deleting sent rows on PostgreSQL keeps what every store promises. */
class DeleteStoreContractIT extends PostgresPlainContract {
    @Override
    Mode mode() {
        return Mode.DELETE;
    }
}
