package io.outboxrelay.cluster;

/** Marks a message that crosses nodes: it is serialised as Jackson CBOR, and has a round-trip test. */
public interface Wire {}
