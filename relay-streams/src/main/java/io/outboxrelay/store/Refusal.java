package io.outboxrelay.store;

import io.outboxrelay.model.OutboxRow;

/**
 * A row that can never be published as it is.
 *
 * @param reason why, for people; no payload and no header values
 */
public record Refusal(OutboxRow row, String reason) {}
