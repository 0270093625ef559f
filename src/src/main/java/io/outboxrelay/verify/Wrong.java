package io.outboxrelay.verify;

import org.jspecify.annotations.Nullable;

/**
 * One event with which something is wrong.
 *
 * @param aggregateId null where the event has none
 * @param detail what else there is to say: how often it arrived, or which event came before it
 */
public record Wrong(
        String event, String aggregateType, @Nullable String aggregateId, String createdAt, String detail) {}
