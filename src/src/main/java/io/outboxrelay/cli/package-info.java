/**
 * The command line: one class per command.
 * May touch picocli and standard output; decides nothing, calls node, store and demo.
 * Runs on the main thread.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.cli;
