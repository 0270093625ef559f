/**
 * Starts everything that relays on a node: shard regions, the coordinator singleton and the way to reach them.
 * May touch Pekko cluster sharding and singleton; never rows, SQL or Kafka.
 * Called once, by the thread that starts the node.
 */
@NullMarked
package io.outboxrelay.relay;

import org.jspecify.annotations.NullMarked;
