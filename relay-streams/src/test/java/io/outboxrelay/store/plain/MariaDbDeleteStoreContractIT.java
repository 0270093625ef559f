package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;

/** Deleting sent rows on MariaDB keeps what every store promises. */
class MariaDbDeleteStoreContractIT extends MariaDbPlainContract {
    @Override
    Mode mode() {
        return Mode.DELETE;
    }
}
