/**
 * How a starting node finds its cluster, or becomes the first node of one.
 * May touch: the node table, the cluster's membership, TCP to the other nodes (a connect, nothing sent).
 * Runs on an actor; the table on its own thread, connects on the JDK's asynchronous channels.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.forming;
