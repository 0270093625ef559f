/**
 * Compares what an outbox says was sent with what is in the topics.
 * May touch what was sent and topics, both reading; the judging itself is pure.
 * Runs on the main thread of the command line, which may wait.
 */
@NullMarked
package io.outboxrelay.verify;

import org.jspecify.annotations.NullMarked;
