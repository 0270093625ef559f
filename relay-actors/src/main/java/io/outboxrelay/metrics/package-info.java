/**
 * What a node counts, for whoever collects it. Knows the meters of streams; never the store, the publisher or an actor.
 * Called from stream threads; never blocks.
 */
@NullMarked
package io.outboxrelay.metrics;

import org.jspecify.annotations.NullMarked;
