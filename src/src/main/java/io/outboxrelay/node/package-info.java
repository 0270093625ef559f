/**
 * The process: wires settings, stores, publishers and actors into one node, and says with which code it ends.
 * May touch everything. Runs on the main thread, which may wait.
 */
@NullMarked
package io.outboxrelay.node;

import org.jspecify.annotations.NullMarked;
