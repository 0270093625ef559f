package io.outboxrelay.store;

import io.outboxrelay.model.Position;

/** How far somebody has read what was sent; only the store that made it can go on from it. */
public interface SentPlace extends Position {

    /** Whether nothing comes after it. */
    boolean isEnd();

    /** About how much of what was there at the beginning lies before it: 0 to 1. */
    double share();
}
