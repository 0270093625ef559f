/**
 * What operators want of the shards, event-sourced: the journal is both the truth after a restart and the audit trail.
 * May touch Pekko Persistence; never the outbox database or Kafka.
 * Runs as a child of the coordinator, on the default dispatcher.
 */
@NullMarked
package io.outboxrelay.control;

import org.jspecify.annotations.NullMarked;
