package io.outboxrelay.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.testkit.Verdict.Event;
import java.util.List;
import org.junit.jupiter.api.Test;

class VerdictTest {
    private static final Event A1 = new Event("a", "a1");
    private static final Event A2 = new Event("a", "a2");
    private static final Event A3 = new Event("a", "a3");
    private static final Event B1 = new Event("b", "b1");
    private static final Event B2 = new Event("b", "b2");
    private static final List<Event> COMMITTED = List.of(A1, A2, B1, A3, B2);

    @Test
    void everythingOnceAndInOrderIsExactlyOnce() {
        Verdict verdict = Verdict.of(COMMITTED, List.of(B1, A1, B2, A2, A3));
        assertThat(verdict).isEqualTo(new Verdict(0, 0, 0, 0, List.of()));
        assertThat(verdict.isExactlyOnce()).isTrue();
    }

    @Test
    void aMissingEventIsLost() {
        Verdict verdict = Verdict.of(COMMITTED, List.of(A1, A2, B1, A3));
        assertThat(verdict).isEqualTo(new Verdict(1, 0, 0, 0, List.of("lost: event b2 of key b")));
        assertThat(verdict.isAtLeastOnce()).isFalse();
    }

    @Test
    void aRepeatIsADuplicateAndNotDisorder() {
        Verdict verdict = Verdict.of(COMMITTED, List.of(A1, A2, A1, A2, B1, A3, B2));
        assertThat(verdict.duplicates()).isEqualTo(2);
        assertThat(verdict.disordered()).isZero();
        assertThat(verdict.isAtLeastOnce()).isTrue();
        assertThat(verdict.isExactlyOnce()).isFalse();
    }

    @Test
    void anEventThatWasNeverCommittedIsAPhantom() {
        Verdict verdict = Verdict.of(COMMITTED, List.of(A1, A2, new Event("a", "ghost"), B1, A3, B2));
        assertThat(verdict).isEqualTo(new Verdict(0, 0, 1, 0, List.of("phantom: event ghost of key a")));
        assertThat(verdict.isAtLeastOnce()).isFalse();
    }

    @Test
    void aLaterEventOfTheKeyPublishedFirstIsDisorder() {
        Verdict verdict = Verdict.of(COMMITTED, List.of(A2, A1, A3, B1, B2));
        assertThat(verdict).isEqualTo(new Verdict(0, 0, 0, 1, List.of("disordered: event a1 of key a")));
        assertThat(verdict.isAtLeastOnce()).isFalse();
    }

    @Test
    void everyOvertakenEventCounts() {
        assertThat(Verdict.of(COMMITTED, List.of(A3, A1, A2, B1, B2)).disordered())
                .isEqualTo(2);
    }

    @Test
    void eventsWithoutAKeyHaveNoOrder() {
        Event first = new Event(null, "1");
        Event second = new Event(null, "2");
        assertThat(Verdict.of(List.of(first, second), List.of(second, first)).isExactlyOnce())
                .isTrue();
    }
}
