/**
 * The cluster singleton: it wakes every shard, passes on what operators want, has slots dealt anew and drained parts emptied.
 * May touch shard entities, the control journal and the outbox admin port; never rows or Kafka.
 * Runs on the default dispatcher of the oldest node.
 *
 * <pre>
 * learning --intent replayed--> coordinating
 * </pre>
 */
@NullMarked
package io.outboxrelay.coordinator;

import org.jspecify.annotations.NullMarked;
