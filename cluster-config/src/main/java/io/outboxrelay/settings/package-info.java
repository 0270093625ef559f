/**
 * The relay's settings as validated records, and the one place that reads HOCON.
 * May touch: configuration files, password files, the process environment.
 * Runs once, on the thread that starts the node; the records are immutable.
 */
@org.jspecify.annotations.NullMarked
package io.outboxrelay.settings;
