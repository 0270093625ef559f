/**
 * One command that shows the promises: a small shop writes, a cluster relays, a consumer checks every record.
 * May touch everything an application and an operator may: JDBC, Kafka, processes, management HTTP; nothing inside a node.
 * One loop on the main thread; writers, the consumer and the HTTP poll have a thread each.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.demo;
