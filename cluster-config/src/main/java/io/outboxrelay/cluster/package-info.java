/**
 * The Pekko configuration of a node, made from its settings; what remoting is guarded by; the mark of messages that
 * cross nodes.
 * May touch: settings, Typesafe Config, and of Pekko what it loads by name from the configuration.
 * Runs once, on the thread that starts the node; {@link io.outboxrelay.cluster.WatchedTls} on Pekko's own threads.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.cluster;
