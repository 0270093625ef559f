/**
 * The relay beside its alternatives, from PostgreSQL to Kafka, on servers of their own and with the same check.
 * May touch everything. Runs on the main thread; writers and the reader of live workloads on threads of their own.
 */
@NullMarked
package io.outboxrelay.bench.contest;

import org.jspecify.annotations.NullMarked;
