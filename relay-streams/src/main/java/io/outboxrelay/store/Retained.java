package io.outboxrelay.store;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is left of the events that were sent.
 *
 * @param begin before the first of them; the end is the last one of now
 * @param since when the first of them was written; null if there is none, or nobody noted it
 * @param whole whether nothing was removed before it, as far as is known
 */
public record Retained(SentPlace begin, @Nullable Instant since, boolean whole) {}
