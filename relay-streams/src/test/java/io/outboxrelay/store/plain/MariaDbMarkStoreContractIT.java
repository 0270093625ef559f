package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;

/** Marking sent rows on MariaDB keeps what every store promises. */
class MariaDbMarkStoreContractIT extends MariaDbPlainContract {
    @Override
    Mode mode() {
        return Mode.MARK;
    }
}
