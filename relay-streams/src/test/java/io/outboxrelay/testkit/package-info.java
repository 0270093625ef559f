/**
 * Twins of the store and the publisher that keep everything in memory, the store contract, and the verdict over a run.
 * May touch nothing outside the JVM, except a writer's transaction on a database a test started; other modules use it as a test-jar.
 * Everything here may be called on any thread.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.testkit;
