package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EventIdsTest {
    private final EventIds ids = EventIds.random();

    @Test
    void aNumberSurvivesTheWayThroughItsId() {
        for (int number : new int[] {0, 1, 4711, Integer.MAX_VALUE}) {
            assertThat(ids.numberOf(ids.of(number).toString())).hasValue(number);
        }
    }

    @Test
    void idsAreWellFormedUuidsOfVersionEight() {
        assertThat(ids.of(12).version()).isEqualTo(8);
        assertThat(ids.of(12).variant()).isEqualTo(2);
    }

    @Test
    void anotherRunsIdHasNoNumber() {
        assertThat(ids.numberOf(EventIds.random().of(12).toString())).isEmpty();
        assertThat(ids.numberOf("")).isEmpty();
    }
}
