/**
 * The JDBC door, what a failed call means, and the pace of looking: what every store over JDBC shares.
 * May touch the database, on behalf of a store only.
 * Each lane runs its calls on threads of its own, as many as it has connections.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.store.jdbc;
