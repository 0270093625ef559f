package io.outboxrelay.shard;

/** Names of the values in log lines. Part of the public interface: people search and alert by them. */
public final class LogKeys {
    /** The shard, as in `orders/3`. */
    public static final String SHARD = "shard";
    /** The epoch of the shard's claim; 0 before the first. */
    public static final String EPOCH = "epoch";
    /** The phase entered, in lower case. */
    public static final String PHASE = "phase";
    /** What kind of failure it was. */
    public static final String FAULT = "fault";
    /** Failures in a row. */
    public static final String ATTEMPT = "attempt";

    private LogKeys() {}
}
