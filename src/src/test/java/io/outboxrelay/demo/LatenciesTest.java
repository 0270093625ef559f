package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.withinPercentage;

import org.junit.jupiter.api.Test;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void knowsNothingBeforeTheFirst() {
        assertThat(latencies.lately()).isEqualTo(Latencies.Summary.NONE);
        assertThat(latencies.total()).isEqualTo(Latencies.Summary.NONE);
    }

    @Test
    void recentPercentilesAreExact() {
        for (int micros = 1; micros <= 1000; micros++) {
            latencies.add(micros);
        }
        assertThat(latencies.lately()).isEqualTo(new Latencies.Summary(1000, 500, 990, 1000));
    }

    @Test
    void totalPercentilesAreWithinThreePercent() {
        for (int micros = 1; micros <= 200_000; micros++) {
            latencies.add(micros);
        }
        Latencies.Summary total = latencies.total();
        assertThat(total.p50Micros()).isCloseTo(100_000, withinPercentage(3));
        assertThat(total.p99Micros()).isCloseTo(198_000, withinPercentage(3));
        assertThat(total.maxMicros()).isEqualTo(200_000);
    }

    @Test
    void theRecentOnesForgetAndTheTotalDoesNot() {
        latencies.add(60_000_000);
        for (int i = 0; i < Latencies.RECENT; i++) {
            latencies.add(2_000);
        }
        assertThat(latencies.lately().maxMicros()).isEqualTo(2_000);
        assertThat(latencies.total().maxMicros()).isEqualTo(60_000_000);
    }

    @Test
    void aClockThatSteppedBackDoesNoHarm() {
        latencies.add(-5);
        latencies.add(Long.MAX_VALUE);
        assertThat(latencies.total().count()).isEqualTo(2);
    }
}
