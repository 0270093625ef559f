package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PacerTest {
    private static final long MILLI = 1_000_000;
    private final AtomicLong now = new AtomicLong(5_000 * MILLI);

    @Test
    void spacesEventsEvenlyAndATransactionOfTwoTakesTwoTurns() {
        Pacer pacer = new Pacer(100, now::get);
        assertThat(pacer.takeTurn(1)).isZero();
        assertThat(pacer.takeTurn(2)).isEqualTo(10 * MILLI);
        assertThat(pacer.takeTurn(1)).isEqualTo(30 * MILLI);
    }

    @Test
    void doesNotMakeUpForALongPause() {
        Pacer pacer = new Pacer(100, now::get);
        now.addAndGet(60_000 * MILLI);
        int atOnce = 0;
        while (pacer.takeTurn(1) <= 0) {
            atOnce++;
        }
        assertThat(atOnce).isEqualTo(11);
    }

    @Test
    void zeroMeansNoLimit() {
        Pacer pacer = new Pacer(0, now::get);
        for (int i = 0; i < 1000; i++) {
            assertThat(pacer.takeTurn(1)).isZero();
        }
    }
}
