/**
 * The Pekko configuration of a node, made from its settings, and the mark of messages that cross nodes.
 * May touch: settings and Typesafe Config; no Pekko class, no network.
 * Runs once, on the thread that starts the node.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.cluster;
