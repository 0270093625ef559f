/**
 * Real PostgreSQL, MariaDB and Kafka on loopback with their data in a temporary folder, for the demo, tests and benchmarks.
 * May touch processes, ports and folders it made itself; knows nothing of the relay.
 * Starting and closing block the calling thread; an exit hook closes what is still open when the JVM is told to end.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.sandbox;
