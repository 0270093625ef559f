package io.outboxrelay.cluster;

/** Marks messages that cross nodes; bound to Jackson CBOR. */
public interface Wire {}
