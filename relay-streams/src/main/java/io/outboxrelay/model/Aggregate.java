package io.outboxrelay.model;

/** What events are kept in order for: one thing of the application's, by the names it has in the outbox. */
public record Aggregate(String type, String id) {}
