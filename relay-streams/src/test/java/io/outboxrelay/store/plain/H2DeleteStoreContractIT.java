package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;

/** Deleting sent rows on H2 keeps what every store promises. */
class H2DeleteStoreContractIT extends H2PlainContract {
    @Override
    Mode mode() {
        return Mode.DELETE;
    }
}
