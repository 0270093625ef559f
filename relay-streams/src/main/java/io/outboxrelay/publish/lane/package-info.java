/**
 * Exactly-once on Kafka's side: lanes carry many shards' rows in transactions together with the shards' positions, and a
 * fence ends another lane before its positions are read. Blocking calls run on `pekko.kafka.default-dispatcher`.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.publish.lane;
