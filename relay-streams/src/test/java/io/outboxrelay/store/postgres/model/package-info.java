/**
 * The randomised model test of the snapshot cursor: writers, nodes and trouble from one seed, and a checker over them.
 * May touch a real PostgreSQL of its own, through JDBC and through the store; tests only.
 * Writers, resolver and burner each run on their own thread, everything about nodes on the nemesis' one thread.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.store.postgres.model;
