package io.outboxrelay.store;

import io.outboxrelay.model.Aggregate;
import java.util.Set;

/**
 * What of a shard's rows has been put aside.
 *
 * @param blocked aggregates with a row that a person has to decide on before later ones may go out
 * @param rows all that were put aside, whatever they wait for
 */
public record Parked(Set<Aggregate> blocked, long rows) {
    public static final Parked NONE = new Parked(Set.of(), 0);
}
