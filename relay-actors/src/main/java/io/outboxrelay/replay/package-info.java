/**
 * Sends events again that were sent once, because an operator wants it: one actor for the whole cluster, and one beside it
 * for each replay.
 * May touch what was sent, a publisher of its own, and the coordinator; never positions, claims or shards.
 * Runs on the actor system's default dispatcher; stream and store results come back as messages.
 *
 * <pre>
 * looking --> noting --> publishing --end, failure, Stop--> closing --> (stopped)
 *                          ^    |
 *                          +----+ after a failure that may pass, from where it got to
 * </pre>
 */
@NullMarked
package io.outboxrelay.replay;

import org.jspecify.annotations.NullMarked;
