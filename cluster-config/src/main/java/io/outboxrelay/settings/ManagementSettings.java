package io.outboxrelay.settings;

/** Where management HTTP listens, and whether it may change anything. */
public record ManagementSettings(String host, int port, boolean allowWrites) {}
