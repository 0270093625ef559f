package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.demo.Drain.State;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DrainTest {
    private final Drain drain = new Drain(10, Duration.ofSeconds(60));

    private State at(double seconds, long records, long distinct) {
        return drain.look(
                new Checker.Findings(records, distinct, records - distinct, 0, 0, 0, 0), (long) (seconds * 1e9));
    }

    @Test
    void waitsAMomentForLateRepeatsAfterTheLastEvent() {
        assertThat(at(0, 9, 9)).isEqualTo(State.WAITING);
        assertThat(at(1, 10, 10)).isEqualTo(State.WAITING);
        assertThat(at(1.5, 11, 10)).isEqualTo(State.WAITING);
        assertThat(at(2.4, 11, 10)).isEqualTo(State.WAITING);
        assertThat(at(2.6, 11, 10)).isEqualTo(State.ARRIVED);
    }

    @Test
    void givesUpOnlyAfterALongTimeWithoutARecord() {
        assertThat(at(0, 1, 1)).isEqualTo(State.WAITING);
        assertThat(at(59, 1, 1)).isEqualTo(State.WAITING);
        assertThat(at(59.5, 2, 2)).isEqualTo(State.WAITING);
        assertThat(at(119, 2, 2)).isEqualTo(State.WAITING);
        assertThat(at(120, 2, 2)).isEqualTo(State.STUCK);
    }
}
