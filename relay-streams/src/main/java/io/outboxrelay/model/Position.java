package io.outboxrelay.model;

/** How far a shard has been acknowledged; only the store that made it can read it. `toString` shows it to people. */
public interface Position {}
