/** The console as people see it: in a real browser, over a cluster of real node processes. */
@NullMarked
package io.outboxrelay.console;

import org.jspecify.annotations.NullMarked;
