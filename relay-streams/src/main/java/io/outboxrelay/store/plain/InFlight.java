package io.outboxrelay.store.plain;

import io.outboxrelay.store.plain.PlainRows.Found;
import io.outboxrelay.store.plain.PlainRows.Place;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The rows of one shard that were found once and may still wait in the table. A look finds them again, until their
 * acknowledgement is visible; they are told from new ones by their id alone, never by their place.
 */
final class InFlight {
    private final int mostNew;
    private final Map<String, Place> places = new HashMap<>();

    /** @param mostNew places that a look adds at most */
    InFlight(int mostNew) {
        this.mostNew = mostNew;
    }

    /** Rows that a look must ask for, so that it can find `mostNew` beside those in flight. */
    int limit() {
        return places.size() + mostNew;
    }

    /** Those that were never found before, in their order; they are in flight from now on. */
    List<Place> admit(Found found) {
        forgetUnless(found);
        List<Place> added = new ArrayList<>();
        for (Place place : found.places()) {
            if (added.size() == mostNew) {
                break;
            }
            if (places.putIfAbsent(place.name(), place) == null) {
                added.add(place);
            }
        }
        return added;
    }

    /** What is missing within the part of the table that the look covered, is acknowledged. */
    private void forgetUnless(Found found) {
        Set<String> names = new HashSet<>();
        found.places().forEach(place -> names.add(place.name()));
        places.values().removeIf(place -> !names.contains(place.name()) && found.covers(place));
    }
}
