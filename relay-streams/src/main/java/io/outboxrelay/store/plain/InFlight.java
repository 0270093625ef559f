package io.outboxrelay.store.plain;

import io.outboxrelay.store.plain.PlainRows.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows that were found once and may still wait in the table. A look finds them again, until their acknowledgement
 * is visible; they are told from new ones by their id alone, never by their place.
 */
final class InFlight {
    private final int mostNew;
    private final Map<String, Place> places = new HashMap<>();

    InFlight(int mostNew) {
        this.mostNew = mostNew;
    }

    /** Rows that a look must ask for, so that it can find `mostNew` beside those in flight. */
    int limit() {
        return places.size() + mostNew;
    }

    /**
     * Those that were never found before, in their order; they are in flight from now on.
     *
     * @param found everything that waits, lowest first, but no more than `limit`
     */
    List<Place> admit(List<Place> found, int limit) {
        forgetUnless(found, limit);
        List<Place> added = new ArrayList<>();
        for (Place place : found) {
            if (places.putIfAbsent(place.name(), place) == null) {
                added.add(place);
            }
        }
        return added;
    }

    /** What is missing within the part of the table that the look covered, is acknowledged. */
    private void forgetUnless(List<Place> found, int limit) {
        boolean sawAll = found.size() < limit;
        long coveredBelow =
                sawAll ? Long.MAX_VALUE : found.get(found.size() - 1).order();
        Set<String> names = new HashSet<>();
        found.forEach(place -> names.add(place.name()));
        places.values().removeIf(place -> !names.contains(place.name()) && (sawAll || place.order() < coveredBelow));
    }
}
