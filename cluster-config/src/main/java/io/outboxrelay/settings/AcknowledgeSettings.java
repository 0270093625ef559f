package io.outboxrelay.settings;

import java.time.Duration;

/** How often progress is written: while rows flow, and while none do. */
public record AcknowledgeSettings(Duration interval, Duration idleInterval) {}
