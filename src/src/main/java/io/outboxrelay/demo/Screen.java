package io.outboxrelay.demo;

import java.time.Duration;

/** Where the demo shows itself. */
interface Screen {

    /** How often {@link #show} is worth calling. */
    Duration interval();

    /** Shows where things stand. */
    void show(Snapshot now);

    /** Something happened that must not be missed, whatever is drawn next. */
    void tell(String happening);

    /** Leaves the terminal as it was found; what is printed afterwards stands below. */
    void end();
}
