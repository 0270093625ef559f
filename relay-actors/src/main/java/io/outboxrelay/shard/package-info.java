/**
 * One actor for each shard: it holds the shard's claim and starts, drains and stops its stream.
 * May touch the store and publisher ports and Pekko; never rows, SQL or Kafka.
 * Runs on the actor system's default dispatcher; stream and store results come back as messages.
 *
 * <pre>
 * waiting --Keep--> claiming --> relaying --pause, Drain, failure--> draining --> releasing --> paused
 *                     ^  ^                                                           |  |
 *                     |  +------ retrying or halted <--------- after a failure ------+  +--> stopped
 *                     +--------- Keep(paused = false) while paused
 * </pre>
 */
@NullMarked
package io.outboxrelay.shard;

import org.jspecify.annotations.NullMarked;
