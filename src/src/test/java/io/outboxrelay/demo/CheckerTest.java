package io.outboxrelay.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.BitSet;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class CheckerTest {
    private final EventIds ids = EventIds.random();
    private final Checker checker = new Checker(ids);

    private boolean arrives(int attempt, String order, long version) {
        return checker.arrived(ids.of(attempt).toString(), order, new OrderChanged(order, version, attempt, 1));
    }

    private static BitSet bits(int... numbers) {
        BitSet bits = new BitSet();
        for (int number : numbers) {
            bits.set(number);
        }
        return bits;
    }

    @Test
    void findsNothingWhereEveryEventArrivesOnceAndInOrder() {
        arrives(0, "a", 1);
        arrives(2, "b", 1);
        arrives(1, "a", 2);

        assertThat(checker.findings()).isEqualTo(new Checker.Findings(3, 3, 0, 0, 0, 0, 0));
        assertThat(Checker.missing(bits(0, 1, 2), checker.seen())).isZero();
        assertThat(Checker.phantoms(bits(0, 1, 2), checker.seen())).isZero();
    }

    @Test
    void findsAnEventThatWasCommittedAndNeverArrived() {
        arrives(0, "a", 1);
        arrives(2, "a", 3);

        assertThat(Checker.missing(bits(0, 1, 2), checker.seen())).isEqualTo(1);
    }

    @Test
    void findsAnEventTheLedgerDoesNotKnow() {
        arrives(0, "a", 1);
        arrives(5, "a", 2);

        assertThat(Checker.phantoms(bits(0), checker.seen())).isEqualTo(1);
    }

    @Test
    void findsARolledBackEventWhicheverIsLearnedFirst() {
        checker.mustNotAppear(0);
        arrives(0, "a", 1);
        arrives(1, "a", 1);
        checker.mustNotAppear(1);

        assertThat(checker.findings().rolledBackSeen()).isEqualTo(2);
    }

    @Test
    void findsAnEventThatArrivesAfterALaterOneOfTheSameOrder() {
        arrives(0, "a", 1);
        arrives(2, "a", 3);
        arrives(1, "a", 2);
        arrives(3, "a", 4);

        assertThat(checker.findings().outOfOrder()).isEqualTo(1);
    }

    @Test
    void countsARepeatAsADuplicateAndNotAsDisorder() {
        assertThat(arrives(0, "a", 1)).isTrue();
        assertThat(arrives(1, "a", 2)).isTrue();
        assertThat(arrives(0, "a", 1)).isFalse();

        assertThat(checker.findings()).isEqualTo(new Checker.Findings(3, 2, 1, 0, 0, 0, 0));
    }

    @Test
    void findsRecordsOfSomebodyElse() {
        OrderChanged event = new OrderChanged("a", 1, 0, 1);
        checker.arrived(null, "a", event);
        checker.arrived("no uuid", "a", event);
        checker.arrived(UUID.randomUUID().toString(), "a", event);

        assertThat(checker.findings().foreign()).isEqualTo(3);
    }

    @Test
    void findsAWrongKeyAWrongPayloadAndAPayloadOfAnotherEvent() {
        String id = ids.of(7).toString();
        checker.arrived(id, "b", new OrderChanged("a", 1, 7, 1));
        checker.arrived(id, "a", null);
        checker.arrived(id, "a", new OrderChanged("a", 1, 8, 1));

        assertThat(checker.findings().malformed()).isEqualTo(3);
        assertThat(checker.findings().distinct()).isEqualTo(1);
    }
}
