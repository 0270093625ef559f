/**
 * For applications: writes events into the outbox inside the transaction that makes the change they tell of.
 * May touch the caller's JDBC connection, but never commits, rolls back or keeps it; needs nothing but JDBC.
 * Runs on the caller's thread and has none of its own.
 *
 * <pre>{@code
 * OutboxWriter outbox = new OutboxWriter();
 *
 * connection.setAutoCommit(false);
 * orders.save(connection, order);
 * outbox.write(connection, OutboxEvent.to("order").key(order.id()).type("OrderPlaced").json(order.toJson()));
 * connection.commit();
 * }</pre>
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.client;
