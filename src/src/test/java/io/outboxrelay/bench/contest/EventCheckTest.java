package io.outboxrelay.bench.contest;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.outboxrelay.bench.EventShape;
import org.junit.jupiter.api.Test;

class EventCheckTest {
    private static final EventShape SHAPE = EventShape.USUAL;

    private final EventCheck check = new EventCheck(SHAPE);

    private boolean arrives(int number) {
        return check.add(SHAPE.key(number).getBytes(UTF_8), SHAPE.payload(number, 0));
    }

    @Test
    void whatDidNotComeIsLost() {
        arrives(0);
        assertThat(check.lost(20_002)).isEqualTo(20_001);
        assertThat(check.distinct()).isEqualTo(1);
        assertThat(check.strange(20_002)).isZero();
    }

    @Test
    void aRepeatIsADuplicateAndNoOrderViolation() {
        assertThat(arrives(1)).isTrue();
        assertThat(arrives(10_001)).isTrue();
        assertThat(arrives(1)).isFalse();
        assertThat(check.duplicates()).isEqualTo(1);
        assertThat(check.orderViolations()).isZero();
    }

    @Test
    void aLaterEventOfAKeyBeforeAnEarlierOneIsAnOrderViolation() {
        arrives(20_001);
        arrives(1);
        arrives(0); // of another key
        assertThat(check.orderViolations()).isEqualTo(1);
    }

    @Test
    void anotherKeyAnotherPayloadOrANumberThatNobodyWroteIsStrange() {
        check.add("order-2".getBytes(UTF_8), SHAPE.payload(1, 0));
        check.add("order-2".getBytes(UTF_8), "xxx".getBytes(UTF_8));
        arrives(7);
        assertThat(check.strange(8)).isEqualTo(2);
        assertThat(check.strange(7)).isEqualTo(3);
        assertThat(check.lost(7)).isEqualTo(7);
        assertThat(check.duplicates()).isZero();
    }
}
