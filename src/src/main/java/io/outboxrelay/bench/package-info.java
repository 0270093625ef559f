/**
 * Benchmarks anyone can run; each shows its alternatives in the same run.
 * May touch everything. Runs on the main thread.
 */
@NullMarked
package io.outboxrelay.bench;

import org.jspecify.annotations.NullMarked;
