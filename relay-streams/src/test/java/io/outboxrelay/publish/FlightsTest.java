package io.outboxrelay.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.publish.Flights.Flight;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlightsTest {
    private final Flights flights = new Flights(100);

    private Flight request(long bytes) {
        return flights.request(Set.of("topic-" + bytes), bytes);
    }

    private static boolean hasBegun(Flight flight) {
        return flight.begun().toCompletableFuture().isDone();
    }

    @Test
    void noMoreIsOnItsWayThanThereIsRoomFor() {
        Flight first = request(60);
        Flight second = request(40);
        Flight third = request(1);
        assertThat(hasBegun(first)).isTrue();
        assertThat(hasBegun(second)).isTrue();
        assertThat(hasBegun(third)).isFalse();
        flights.land(second);
        assertThat(hasBegun(third)).isTrue();
    }

    @Test
    void whoAskedFirstGoesFirstHoweverLarge() {
        Flight first = request(90);
        Flight large = request(100);
        Flight small = request(1);
        assertThat(hasBegun(small)).isFalse();
        flights.land(first);
        assertThat(hasBegun(large)).isTrue();
        assertThat(hasBegun(small)).isFalse();
    }

    @Test
    void whatIsLargerThanAllRoomGoesAlone() {
        Flight small = request(1);
        Flight huge = request(1_000);
        assertThat(hasBegun(huge)).isFalse();
        flights.land(small);
        assertThat(hasBegun(huge)).isTrue();
        assertThat(hasBegun(request(1))).isFalse();
    }

    @Test
    void whoGivesUpWaitingMakesRoomAndLandingTwiceDoesNot() {
        Flight first = request(60);
        Flight waiting = request(60);
        Flight next = request(40);
        flights.land(waiting);
        assertThat(hasBegun(next)).isTrue();
        flights.land(next);
        flights.land(next);
        assertThat(hasBegun(request(41))).isFalse();
        flights.land(first);
    }

    @Test
    void namesTheTopicsOfWhatTakesTooLong() {
        Flight slow = request(60);
        request(60);
        assertThat(flights.overdue(-1)).containsExactly("topic-60");
        assertThat(flights.overdue(Long.MAX_VALUE)).isEmpty();
        flights.land(slow);
    }
}
