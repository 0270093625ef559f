/**
 * The outbox as a plain table that was there before the relay: a sent row is deleted or marked.
 * May touch the database, through the JDBC door only.
 * Runs on the door's lanes; what a stream reads next is confined to that stream, or to the look that serves it.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.store.plain;
