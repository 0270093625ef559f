package io.outboxrelay.shard;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RateTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void isUnknownUntilThereAreTwoSamples() {
        assertThat(Rate.NONE.perSecond()).isZero();
        assertThat(Rate.NONE.sampled(0, 100).perSecond()).isZero();
    }

    @Test
    void countsTheLastFiveSecondsOnly() {
        Rate rate = Rate.NONE.sampled(0, 0);
        for (int second = 1; second <= 10; second++) {
            rate = rate.sampled(second * SECOND, second <= 5 ? 1000L * second : 5000);
        }
        assertThat(rate.perSecond()).isZero();
        assertThat(rate.sampled(11 * SECOND, 5500).perSecond()).isEqualTo(100);
    }

    @Test
    void twoSamplesAtTheSameInstantAreNoRate() {
        assertThat(Rate.NONE.sampled(7, 0).sampled(7, 9).perSecond()).isZero();
    }
}
