package io.outboxrelay.control;

/**
 * Where an operator wants a shard.
 *
 * @param node host:port, as its cluster knows it
 * @param uid of the process that was there: the pin ends with it
 */
public record Pin(String node, long uid) {}
