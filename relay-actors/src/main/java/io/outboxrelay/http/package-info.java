/**
 * The window for people: what shards do, and pausing and resuming them, over management HTTP.
 * May ask actors through the node's handles; never the store, the publisher or a stream.
 * Runs on the HTTP server's dispatcher and never blocks it.
 */
@NullMarked
package io.outboxrelay.http;

import org.jspecify.annotations.NullMarked;
