/**
 * The console: a page that shows the whole cluster and changes every second, served by every node.
 * May ask actors through {@link io.outboxrelay.http.ShardViews} and look at the cluster's members; changes nothing.
 * Runs on the HTTP server's dispatcher and never blocks it.
 */
@NullMarked
package io.outboxrelay.console;

import org.jspecify.annotations.NullMarked;
