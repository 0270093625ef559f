package io.outboxrelay.store.plain;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.store.plain.PlainRows.Found;
import io.outboxrelay.store.plain.PlainRows.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class InFlightTest {
    private final InFlight inFlight = new InFlight(3);

    private List<Place> admit(long... orders) {
        return inFlight.admit(seen(places(orders), inFlight.limit()));
    }

    private static Found seen(List<Place> places, int limit) {
        long last = places.isEmpty() ? 0 : places.get(places.size() - 1).order();
        return new Found(places, places.size() < limit, last);
    }

    private static List<Place> places(long... orders) {
        return LongStream.of(orders)
                .mapToObj(order -> new Place(order, "id-" + order, order, 0))
                .toList();
    }

    @Test
    void aRowIsAdmittedOnce() {
        assertThat(admit(1, 2)).isEqualTo(places(1, 2));
        assertThat(admit(1, 2, 5)).isEqualTo(places(5));
        assertThat(admit(1, 2, 5)).isEmpty();
    }

    @Test
    void aRowThatCommitsLateIsAdmittedAlthoughHigherOnesWere() {
        admit(2, 3);
        assertThat(admit(1, 2, 3)).isEqualTo(places(1));
    }

    @Test
    void whatIsGoneFromTheTableIsForgotten() {
        admit(1, 2, 3);
        assertThat(inFlight.limit()).isEqualTo(6);
        admit(3);
        assertThat(inFlight.limit()).isEqualTo(4);
    }

    @Test
    void whatLiesBeyondALookIsRemembered() {
        admit(7, 8, 9);
        assertThat(inFlight.limit()).isEqualTo(6);
        assertThat(admit(1, 2, 3, 4, 5, 6)).hasSize(3);
        assertThat(inFlight.limit()).isEqualTo(9);
        assertThat(admit(7, 8, 9)).isEmpty();
    }

    /** Random commits, acknowledgements and looks: nothing is admitted twice, and in the end everything was. */
    @Test
    void whateverHappensEveryRowIsAdmittedExactlyOnce() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 300; round++) {
            List<Long> admitted = new ArrayList<>();
            InFlight tested = new InFlight(1 + random.nextInt(4));
            TreeMap<Long, Place> table = new TreeMap<>();
            List<Long> uncommitted =
                    new ArrayList<>(LongStream.range(0, 60).boxed().toList());
            List<Place> handed = new ArrayList<>();
            while (!uncommitted.isEmpty() || admitted.size() < 60) {
                if (!uncommitted.isEmpty() && random.nextInt(3) > 0) {
                    int near = random.nextInt(Math.min(8, uncommitted.size()));
                    places(uncommitted.remove(near)).forEach(place -> table.put(place.order(), place));
                }
                if (!handed.isEmpty() && random.nextBoolean()) {
                    table.remove(handed.remove(random.nextInt(handed.size())).order());
                }
                int limit = tested.limit();
                List<Place> found = table.values().stream().limit(limit).toList();
                List<Place> added = tested.admit(seen(found, limit));
                handed.addAll(added);
                added.forEach(place -> admitted.add(place.order()));
            }
            assertThat(admitted)
                    .as("seed %d, round %d", seed, round)
                    .doesNotHaveDuplicates()
                    .hasSize(60);
        }
    }
}
