package io.outboxrelay.store.plain;

import io.outboxrelay.settings.AcknowledgeSettings.Mode;

/** Marking sent rows on H2 keeps what every store promises. */
class H2MarkStoreContractIT extends H2PlainContract {
    @Override
    Mode mode() {
        return Mode.MARK;
    }
}
